"""A valid body for every function that writes (有效的提交内容)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.accounts.models import Post, User
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.imports.actions.deciding import decisions_for
from juxian.apps.imports.enums import RowDecision, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.services.models import BulkPaper
from tests import rosters
from tests.apps.funds.scene import BANK, BENEFIT, POLICY, statement
from tests.apps.services.stage import ANSWERS, CLAIM, FILES
from tests.attachments import paper, picture
from tests.security.world import OWN_PASSWORD, Objects, roster

NEW_NUMBER = rosters.resident_id("19870707", 301, "620299")
NEW_PHONE = "13912345678"
REASON = "核对材料"


def _hand_in(objects: Objects, batch: Batch) -> dict[str, Any]:
    file = SimpleUploadedFile("新名册.csv", roster(f"new of {batch.organisation.code}"))
    return {"organisation": batch.organisation_id, "as_of": "2022-06-01", "file": file}


def _registration(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "name": "新登记人",
        "document_kind": "resident_id",
        "document_number": NEW_NUMBER,
        "phone": NEW_PHONE,
        "employer": objects.place.employer.code,
        "position": "医师",
        "hired_on": "2020-01-01",
        "source": "本人到窗口登记",
        "evidence": "身份证",
    }


def _lending(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"to": objects.office.pk, "since": "2022-06-01", "last": "2022-06-10", "reason": "休假"}


def _fact(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "value-degree": "doctor",
        "value-school": "测试大学",
        "since": "2020-07-01",
        "source": "本人申报",
        "evidence": "毕业证书",
    }


def _settling(objects: Objects, _batch: Batch) -> dict[str, Any]:
    keep = objects.person.facts.filter(kind="residence").order_by("pk")[0].pk
    return {"keep": keep, "evidence": "户口簿原件", "reason": REASON}


def _kept_search(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"name": "博士", "columns": ["degree", "employer"]}


def _export(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"columns": ["degree"], "kind": "csv", "reason": REASON}


def _counted(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"day": "2020-06-30", "known": "now"}


def _needs(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "lines": f"{objects.place.employer.code},degree,master,3,",
        "since": "2022-01-01",
        "reason": REASON,
    }


def _verification(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"state": "verified", "evidence": "毕业证书原件", "reason": REASON}


def _checked(objects: Objects, _batch: Batch) -> dict[str, Any]:
    fact = objects.person.facts.filter(kind="education").order_by("pk")[0].pk
    return {"fact": [fact], "evidence": "毕业证书原件", "reason": REASON}


def _correcting(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"value-degree": "doctor", "value-school": "测试大学", "since": "2020-07-01", "reason": REASON}


def _answering(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"decision": "accept", "answer": REASON}


def _reveal(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"key": f"document-{objects.person.documents.get().pk}", "reason": REASON}


def _columns(_objects: Objects, batch: Batch) -> dict[str, Any]:
    columns = batch.tables.get(position=0).columns
    return {f"column_{column['index']}": column["target"] for column in columns if column["header"]} | {
        "column_3": ""
    }


def _waiting(batch: Batch) -> Row:
    found = batch.rows.filter(state=RowState.WAITING).order_by("pk").first()
    if found is None:
        raise ValueError(f"no row of {batch} waits")
    return found


def _decide_row(_objects: Objects, batch: Batch) -> dict[str, Any]:
    choices = [item for item in decisions_for(_waiting(batch).reason) if item != RowDecision.SAME_PERSON]
    return {"decision": choices[0]}


def _decide_alike(objects: Objects, batch: Batch) -> dict[str, Any]:
    return {"reason": _waiting(batch).reason, **_decide_row(objects, batch)}


def _text(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "title": "通知",
        "issuer": "人才办",
        "reference": "〔2022〕1 号",
        "day": "2022-05-01",
        "body": "正文",
    }


def _find(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"document_number": NEW_NUMBER}


def _reason(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"reason": REASON}


def _post_asked(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "username": objects.receiver,
        "role": "office",
        "organisation": objects.place.root.code,
        "since": "2022-06-01",
        "reason": REASON,
    }


def _account_asked(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "name": "新到岗",
        "username": "new.clerk",
        "role": "office",
        "organisation": objects.place.root.code,
        "email": "new@example.org",
        "reason": REASON,
    }


def _first_password(objects: Objects, _batch: Batch) -> dict[str, Any]:
    words = "first-Words-2026"
    return {
        "username": "nobody",
        "code": "AAAA-BBBB-CCCC",
        "new_password1": words,
        "new_password2": words,
    }


def _token(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "name": "政务服务网",
        "scopes": ["policies.read"],
        "expires_on": "2023-01-01",
        "requests_per_minute": "60",
        "persons_per_day": "1000",
    }


def _hook(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"name": "政务服务网", "url": "https://example.cn/in", "events": ["case.closed"]}


def _grant_new(objects: Objects, _batch: Batch) -> dict[str, Any]:
    candidate = objects.money.candidate
    return {"benefit": f"{POLICY}/{BENEFIT}", "person": candidate.pk if candidate else 0}


def _bank_details(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "holder": objects.person.name,
        "bank": "测试银行",
        "number": "6222020200119999",
        "evidence": REASON,
    }


def _statement(objects: Objects, _batch: Batch) -> dict[str, Any]:
    data = statement(("2022-05-30", "", "7.00"))
    return {"bank": BANK, "file": SimpleUploadedFile("对账单.csv", data)}


def _run(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"title": "批次", "bank": BANK, "all": "1"}


def _own_account(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"bank": "测试银行", "number": "6222020200118888", "password": OWN_PASSWORD}


def _own_word(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"step": "confirm", "password": OWN_PASSWORD}


def _step(step: str) -> Callable[[Objects, Batch], dict[str, Any]]:
    return lambda _objects, _batch: {"step": step, "reason": REASON}


def _draw_again(objects: Objects, _batch: Batch) -> dict[str, Any]:
    witness = objects.flats.witness if objects.flats else None
    public = "福彩 3D 第 2022160 期开奖号"
    return {"witness": witness.pk if witness else "", "public": public, "reveal_by": "2022-06-20"}


def _draw(objects: Objects, batch: Batch) -> dict[str, Any]:
    return {"title": "2022 年第二批", "flats": 1, **_draw_again(objects, batch)}


def _flat(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"household_members": 2}


def _flat_for(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"number": _someone(objects), "household_members": 2, "wish": ""}


def _spouse(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"number": _someone(objects), "evidence": "结婚证"}


def _someone(objects: Objects) -> str:
    return objects.flats.someone.number if objects.flats else ""


def _free_space(objects: Objects, _batch: Batch) -> dict[str, Any]:
    estate = objects.flats.estate if objects.flats else None
    space = free_spaces(estate).first() if estate else None
    return {"space": space.pk if space else ""}


def _photo(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("a.png", picture("PNG")), "caption": "卧室"}


def _caption(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"caption": "朝南的客厅"}


def _slip(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"sealed": "1f" * 32}


def _receipt(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"amount": "12.50", "reference": "收 1"}


def _notice(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"cause": "own_wish", "reason": REASON}


def _seen(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"finding": "in_order", "note": "正常"}


def _value(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"value": "7 3 9"}


def _public_notice(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "title": "认定结果公示",
        "body": "现予公示。",
        "numbers": objects.person.number,
        "shown": ["name", "employer"],
        "since": "2022-06-01",
        "until": "2022-06-08",
    }


def _draft(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"do": "save", "text": objects.draft.text + "# 修改\n", "revision": objects.draft.revision}


def _effective(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"effective_on": "2022-07-01"}


def _grant_found(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"do": "grant"}


def _decline_found(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"do": "decline"}


def _seat(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "pool": "quota-pool",
        "number": objects.pair.left.number,
        "unit": objects.place.employer.code,
        "document": "用编批复",
        "day": "2022-05-01",
    }


def _budget_change(objects: Objects, _batch: Batch) -> dict[str, Any]:
    line = objects.money.budget_change
    values = {"kind": "appropriate", "year": line.year, "amount": "1.00", "document": "追加文件"}
    source = next(iter(objects.place.pack.funds.sources))
    return values | {"line": f"{line.fund}/{line.line}", "source": source}


def _year_promised(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"year": "2022"}


def _refusal(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"step": "refuse", "reason": REASON}


def _seat_back(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"day": "2022-06-01", "reason": REASON}


def _nothing(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {}


def _member(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"number": objects.pair.left.number, "reason": REASON}


def _followed(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"words": "已谈话", "state": "followed"}


def _template(_objects: Objects, batch: Batch) -> dict[str, Any]:
    return {"organisation": batch.organisation_id, "reason": REASON}


def _collective(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "kind": "key-laboratory",
        "name": "材料重点实验室",
        "level": "province",
        "host": objects.place.employer.code,
        "since": "2020-01-01",
        "reason": REASON,
    }


def _joining(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"number": objects.pair.left.number, "role": "core", "since": "2021-01-01"}


def _leaving(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"role": "leave", "day": "2022-06-01", "reason": REASON}


def _equipment(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"name": "质谱仪", "pieces": "1", "worth": "1000", "since": "2021-01-01"}


def _ended(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"day": "2022-06-01", "reason": REASON}


def _pairing(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {
        "kind": "mentorship",
        "mentor": objects.person.number,
        "apprentice": objects.pair.left.number,
        "since": "2021-01-01",
    }


def _outcome(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"outcome": "completed", "day": "2022-06-01", "reason": REASON}


def _verdict(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"verdict": "different"}


def _act(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"action": "pass", "task": "checks/staff", "version": objects.case.version}


def _addresses(objects: Objects, _batch: Batch) -> dict[str, Any]:
    table = f"账号,方式,地址\n{objects.office.username},钉钉,new.address\n"
    return {"file": SimpleUploadedFile("addresses.csv", table.encode())}


def _list_paper(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"files": [SimpleUploadedFile("1_diploma.pdf", paper("one more"))]}


def _listed_paper(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"paper": BulkPaper.objects.get(row__bulk=objects.staged).pk}


def _rest(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"rest": "1"}


def _bulk(objects: Objects, _batch: Batch) -> dict[str, Any]:
    turn = objects.case.turns.get(key="checks/money")
    return {"turn": f"{turn.pk}:{objects.case.version}"}


def _counter(objects: Objects, _batch: Batch) -> dict[str, Any]:
    answers = {f"f-{name}": value for name, value in ANSWERS.items()} | {
        "f-education": "master",
        "f-married": "false",
    }
    files = {f"m-{name}": SimpleUploadedFile(f"{name}.pdf", paper(name)) for name in FILES}
    return {"service": CLAIM, "who": objects.person.number, **answers, **files}


def _reveal_answer(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"field": "account", "reason": REASON}


def _fill_in(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"f-mobile": "13800138000", "save": "1"}


def _question(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"f-full_name": "访客", "f-question": "能否申领", "f-publish": "false"}


def _answer(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"f-question": "硕士能否申领"}


def _people(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"person": objects.person.number}


def _turns(objects: Objects, _batch: Batch) -> dict[str, Any]:
    case = objects.claim("endorse")
    return {"turn": f"{case.turns.get(key='endorse').pk}:{case.version}"}


def _choice(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"service": CLAIM}


def _endorse(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"action": "endorse", "task": "endorse", "version": objects.claim("endorse").version}


def _supplement(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"f-account": "6222020000001111", "version": objects.claim("endorse", supplementing=True).version}


def _rate(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"stars": "5"}


def _agenda(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"conference": objects.conference.pk, "question": "是否受理"}


def _year(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"year": 2027, "text": "2027-01-01, 放假, 元旦"}


def _meeting(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"title": "第二次联席会议", "day": "2022-07-01"}


def _closing(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"close": "yes"}


def _release(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"decision": "release"}


def _card_issue(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"person": objects.pair.left.number, "kind": "talent-card"}


def _card_use(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"code": objects.card.code if objects.card else "", "benefit": "films"}


def _seek(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"to": "/desk/persons/", "q": "测试"}


def _preference(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"language": "en"}


def _colleague(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"officer": _officers(objects)[0], "reason": REASON}


def _officers(objects: Objects) -> list[int]:
    """Two of the office of the place, none of them the one whose work it is."""
    posts = Post.objects.filter(role="office", organisation=objects.place.root).exclude(user=objects.office)
    return list(posts.order_by("-user").values_list("user", flat=True)[:2])


def _cover(objects: Objects, _batch: Batch) -> dict[str, Any]:
    absent, stand_in = _officers(objects)
    return {"absent": absent, "stand_in": stand_in, "since": "2022-06-02", "until": "2022-06-05"}


def _freeze(_objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"service": CLAIM, "since": "2022-08-01", "until": "2022-08-05", "reason": "年终结算"}


def _move(objects: Objects, _batch: Batch) -> dict[str, Any]:
    return {"digest": objects.place.pack.services[CLAIM].digest, "sure": "on"}


BODIES: dict[str, Callable[[Objects, Batch], dict[str, Any]]] = {
    "session-end": _nothing,
    "desk:addresses": _addresses,
    "desk:address-drop": _nothing,
    "passkey-name": lambda _objects, _batch: {"name": "我的手机"},
    "portal:privacy-consent": lambda _objects, _batch: {"given": "yes"},
    "portal:privacy-erase": lambda _objects, _batch: {"words": "请删除联系方式"},
    "desk:erasure-decide": lambda _objects, _batch: {"decision": "grant", "reason": REASON},
    "desk:notice-new": _public_notice,
    "desk:notice-publish": _nothing,
    "desk:notice-end": _reason,
    "desk:person-find": _find,
    "desk:person-new": _registration,
    "desk:person-reveal": _reveal,
    "desk:fact-add": _fact,
    "desk:fact-withdraw": _reason,
    "desk:fact-settle": _settling,
    "desk:unverified": _checked,
    "desk:correction": _answering,
    "portal:correct": _correcting,
    "portal:correction-drop": _nothing,
    "portal:confirm": _nothing,
    "desk:fact-verify": _verification,
    "desk:import-new": _hand_in,
    "desk:import-mapping": _columns,
    "desk:import-row": _decide_row,
    "desk:import-decide": _decide_alike,
    "desk:import-accept": _nothing,
    "desk:import-undo": _reason,
    "desk:import-template": _template,
    "desk:search-new": _kept_search,
    "desk:search-change": _kept_search,
    "desk:search-drop": _nothing,
    "desk:persons-export": _export,
    "desk:stocktake-count": _counted,
    "desk:stocktake-needs": _needs,
    "desk:stocktake-export": _reason,
    "desk:pool-add": _member,
    "desk:pool-refresh": _nothing,
    "desk:pool-remove": _reason,
    "desk:attrition-look": _nothing,
    "desk:attrition-warning": _followed,
    "desk:collective-new": _collective,
    "desk:collective-change": _collective,
    "desk:collective-close": _ended,
    "desk:collective-join": _joining,
    "desk:collective-member": _leaving,
    "desk:collective-equip": _equipment,
    "desk:collective-retire": _ended,
    "desk:collectives-export": _reason,
    "desk:pairing-new": _pairing,
    "desk:pairing-end": _outcome,
    "desk:linking-pair": _verdict,
    "desk:linking-merge": _reason,
    "desk:policies-sweep": _nothing,
    "desk:grant-new": _grant_new,
    "desk:grant-act": _step("suspend"),
    "desk:grant-account": _bank_details,
    "desk:account-decide": _step("confirm"),
    "desk:run-new": _run,
    "desk:run-act": _step("submit"),
    "desk:run-file": _nothing,
    "desk:payment-act": _step("remove"),
    "desk:statement-new": _statement,
    "desk:statement-explain": _reason,
    "desk:budget-year-reserve": _year_promised,
    "desk:budget-change-new": _budget_change,
    "desk:budget-change-act": _refusal,
    "desk:seats": _seat,
    "desk:seat-return": _seat_back,
    "desk:recoveries-check": _nothing,
    "desk:recovery-act": _step("dismiss"),
    "desk:relief-decide": _step("refuse"),
    "portal:account": _own_account,
    "portal:account-decide": _own_word,
    "desk:document-new": _text,
    "desk:delegations": _lending,
    "desk:tokens": _token,
    "first-password": _first_password,
    "desk:account-new": _account_asked,
    "desk:account-ask": lambda _objects, _batch: {"kind": "suspend", "reason": REASON},
    "desk:account-code": _nothing,
    "desk:accounts-decide": lambda _objects, _batch: {"decision": "grant", "reason": REASON},
    "desk:posts": _post_asked,
    "desk:post-decide": lambda _objects, _batch: {"decision": "grant", "reason": REASON},
    "desk:post-end": _reason,
    "desk:hooks": _hook,
    "desk:hook-stop": _nothing,
    "desk:hook-again": _nothing,
    "desk:found-search": _nothing,
    "desk:found-act": _grant_found,
    "portal:found-act": _decline_found,
    "desk:draft-begin": _nothing,
    "desk:draft": _draft,
    "desk:draft-submit": _effective,
    "desk:draft-publish": _nothing,
    "desk:draft-drop": _nothing,
    "desk:draft-simulate": _nothing,
    "desk:token-revoke": _nothing,
    "desk:cases-bulk": _bulk,
    "desk:counter": _counter,
    "desk:case-act": _act,
    "desk:case-reveal": _reveal_answer,
    "desk:case-take": _nothing,
    "desk:case-conference": _agenda,
    "desk:officers": _cover,
    "desk:officer": _colleague,
    "desk:cover-end": _nothing,
    "desk:person-spouse": _spouse,
    "desk:person-officer": _colleague,
    "desk:freezes": _freeze,
    "desk:freeze-end": _nothing,
    "desk:rating-reply": lambda _objects, _batch: {"words": "已改进"},
    "desk:service-move": _move,
    "desk:calendar": _year,
    "desk:conferences": _meeting,
    "desk:conference": _closing,
    "desk:outbox-decide": _release,
    "messages": _preference,
    "seek": _seek,
    "desk:card-issue": _card_issue,
    "desk:card-use": _card_use,
    "desk:card-use-back": _reason,
    "desk:card-renew": _reason,
    "desk:card-reissue": _reason,
    "desk:card-revoke": _reason,
    "portal:housing-apply": _flat,
    "portal:housing-withdraw": _nothing,
    "portal:housing-accept": _nothing,
    "portal:housing-decline": _nothing,
    "portal:housing-renew": _nothing,
    "portal:housing-report": _nothing,
    "desk:housing-application-new": _flat_for,
    "desk:housing-application-spouse": _spouse,
    "desk:housing-offer-next": _free_space,
    "desk:housing-lease-spouse": _spouse,
    "desk:housing-lease-part": _reason,
    "desk:housing-lease-pass": _reason,
    "desk:housing-photos": _photo,
    "desk:housing-photo-caption": _caption,
    "desk:housing-photo-up": _nothing,
    "desk:housing-photo-remove": _reason,
    "desk:housing-application-renew": _nothing,
    "desk:housing-draw-new": _draw,
    "desk:housing-draw-offer": _nothing,
    "desk:housing-draw-void": _nothing,
    "desk:housing-draw-value": _value,
    "desk:housing-draw-again": _draw_again,
    "desk:housing-contribute": _slip,
    "desk:housing-sign": _nothing,
    "desk:housing-receipt": _receipt,
    "desk:housing-notice": _notice,
    "desk:housing-keys": _nothing,
    "desk:housing-lease-renew": _nothing,
    "desk:housing-unit-close": _reason,
    "desk:housing-inspect": _seen,
    "desk:housing-unsigned": _nothing,
    "portal:apply": _fill_in,
    "portal:apply-review": _nothing,
    "portal:apply-drop": _nothing,
    "portal:bulk-new": _people,
    "portal:bulk-go": _nothing,
    "portal:bulk-papers": _list_paper,
    "portal:bulk-paper-drop": _listed_paper,
    "portal:bulk-submit": _rest,
    "portal:endorse-many": _turns,
    "portal:ask": _question,
    "portal:asked-supplement": _answer,
    "portal:together": _choice,
    "portal:together-form": _fill_in,
    "portal:together-review": _nothing,
    "portal:together-drop": _nothing,
    "portal:basket-put": _nothing,
    "portal:case-act": _endorse,
    "portal:case-supplement": _supplement,
    "portal:case-rate": _rate,
}


def body_of(function: str, objects: Objects, user: User | None = None) -> dict[str, Any]:
    """What a function is posted with; empty for functions that need nothing."""
    if function == "post":
        own = user.posts.first() if user else None
        return {"post": own.pk} if own else {}
    return BODIES.get(function, _nothing)(objects, objects.batch)
