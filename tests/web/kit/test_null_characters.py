"""A zero byte in a text field is refused in our words."""

import pytest
from django import forms
from django.test import Client
from django.utils import translation


class Asked(forms.Form):
    text = forms.CharField()


@pytest.mark.parametrize(
    ("language", "told"), [("zh-hans", "不能含有空字符。"), ("en", "Zero bytes are not allowed.")]
)
def test_a_text_field_refuses_a_zero_byte_in_the_words_of_the_page(language, told):
    with translation.override(language):
        assert Asked({"text": "a\0b"}).errors == {"text": [told]}


def test_a_page_says_it_at_the_field(place):
    answer = Client().post("/sign-in/", {"username": "a\0b", "password": "x"})

    assert answer.status_code == 422
    assert "不能含有空字符。" in answer.content.decode()
