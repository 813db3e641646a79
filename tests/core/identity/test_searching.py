"""Terms of a person and of a question."""

from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity.searching import initials_of, searchable, terms_asked, terms_of


def test_initials_read_surnames_by_their_own_sound():
    names = ["张小明", "曾国", "欧阳静", "買買提·艾力", "John Smith", "尉迟恭"]

    assert [initials_of(name) for name in names] == ["zxm", "zg", "oyj", "mmtal", "js", "ycg"]


def test_a_name_gives_characters_pairs_and_initials():
    assert terms_of("张小明", []) == {"张", "小", "明", "张小", "小明", "^zx", "^zxm"}


def test_texts_give_pairs_and_words_in_one_form():
    assert terms_of("", ["臨床醫學 MRI３"]) == {"临床", "床医", "医学", "mri3"}


def test_a_question_of_two_characters_is_one_term():
    assert terms_asked("醫學") == ("医学",)
    assert terms_asked("·、 ") == ()


@given(st.text(max_size=30))
def test_whatever_is_stored_is_found_by_itself(text):
    assert set(terms_asked(text)) <= terms_of("", [text])


@given(st.text(max_size=30))
def test_the_form_is_stable(text):
    assert searchable(searchable(text)) == searchable(text)
