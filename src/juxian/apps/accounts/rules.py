"""Decisions about who may do what; every refusal has a reason (权限判断)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import SEPARATED, WITH_CODE, Change, Role
from juxian.apps.accounts.models import AccountProposal, Post, PostProposal, User
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation

LONGEST_PASSWORD = 128  # characters; a longer one is refused before it is hashed
FIRST_LOCK_MINUTES, A_DAY_MINUTES = 15, 24 * 60
APPROVED_FOR = timedelta(days=30)  # how long after an approval first codes are made


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed, or refused with a reason for the user."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def or_refuse(self) -> None:
        """Raises ``PermissionDenied`` with the reason."""
        if not self.allowed:
            raise PermissionDenied(str(self.reason))


def allow() -> Decision:
    return Decision(True)


def refuse(reason: str | Promise) -> Decision:
    return Decision(False, reason)


def has_role(user: User, roles: Iterable[str], organisation: Organisation | None = None) -> Decision:
    """The user holds one of ``roles`` today, over ``organisation`` where one is given."""
    paths = user.paths_for(roles, on=today()) if user.is_authenticated else []
    if organisation is None:
        reached = bool(paths)
    else:
        reached = any(organisation.path == path or organisation.path.startswith(path + "/") for path in paths)
    return allow() if reached else refuse(_("您的岗位没有这项权限。"))


PASSWORD_HELP = _("至少 12 个字符；或至少 8 个字符，含大写、小写、数字、符号中的三类。")
LONG_ENOUGH, VARIED_ENOUGH, CLASSES_WANTED = 12, 8, 3


def password_classes(password: str) -> int:
    """How many of: lower case, upper case, digits, anything else."""
    return sum(
        (
            any(char.islower() for char in password),
            any(char.isupper() for char in password),
            any(char.isdigit() for char in password),
            any(not char.isalnum() for char in password),
        )
    )


class LongOrVaried:
    """12 characters, or 8 of three classes; at most 128 (密码规则). Source: SECURITY-BASELINE 2.1."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ``ValidationError``."""
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(_("密码最多 128 个字符。"), code="password_too_long")
        varied = len(password) >= VARIED_ENOUGH and password_classes(password) >= CLASSES_WANTED
        if len(password) < LONG_ENOUGH and not varied:
            raise ValidationError(PASSWORD_HELP, code="password_too_short")

    def get_help_text(self) -> str:
        return str(PASSWORD_HELP)


def lock_minutes(earlier: int) -> int:
    """How long a name is locked for: 15 minutes, doubled by each lock of the last day, a day at most."""
    return min(FIRST_LOCK_MINUTES << min(earlier, 7), A_DAY_MINUTES)


LENT_ROLES = (Role.OFFICE, Role.DEPARTMENT)  # administrators and auditors are three people, and nobody else


def may_lend(post: Post, to: User) -> Decision:
    """Let a colleague hold an own post of the desk for a time (委托): one of the same unit, never passed on."""
    if post.stands_for_id is not None:
        return refuse(_("代行的岗位不能再委托他人。"))
    if post.role not in LENT_ROLES:
        return refuse(_("只有经办岗位可以委托。"))
    if to.pk == post.user_id:
        return refuse(_("不能委托给自己。"))
    held = [own for own in to.posts_on(today()) if own.stands_for_id is None]
    if not any(own.role in LENT_ROLES and own.organisation_id == post.organisation_id for own in held):
        return refuse(_("只能委托给同一单位的经办。"))
    if any(own.role not in LENT_ROLES for own in held):
        return refuse(_("管理员、审计员和领导岗位不能兼任经办。"))
    return allow()


def may_hold(user: User, role: str) -> Decision:
    """The three administrators are three people who do nothing else (三权分立): asked of the posts that are not over."""
    standing = user.posts.filter(Q(until=None) | Q(until__gt=today())).values_list("role", flat=True)
    others = {held for held in standing if held != role}
    if others and (role in SEPARATED or others & set(SEPARATED)):
        return refuse(_("系统、安全、审计管理员由三个人分别担任，且不兼任其他岗位。"))
    return allow()


def may_manage_posts(by: User, organisation: Organisation) -> Decision:
    """Ask for posts and end them: the system administrator (系统管理员), within the own place."""
    return has_role(by, [Role.SYSTEM_ADMIN], organisation)


def may_propose(by: User, user: User, role: str, organisation: Organisation) -> Decision:
    if by.pk == user.pk:
        return refuse(_("不能为自己申请岗位。"))
    managing = may_manage_posts(by, organisation)
    return may_hold(user, role) if managing else managing


def may_decide(by: User, proposal: PostProposal) -> Decision:
    """Grant or refuse: the security administrator (安全管理员), neither for oneself nor what one asked for."""
    if by.pk in (proposal.user_id, proposal.proposed_by_id):
        return refuse(_("申请人、核准人、被授予人须是三个人。"))
    return has_role(by, [Role.SECURITY_ADMIN], proposal.organisation)


def may_manage(by: User, user: User, role: str = Role.SYSTEM_ADMIN) -> Decision:
    """An account of the own place: of somebody else, whose posts in force all lie below where ``by`` is administrator."""
    if by.pk == user.pk:
        return refuse(_("不能管理自己的账号。"))
    paths = by.paths_for([role], on=today())
    posts = list(user.posts.filter(stands_for=None).select_related("organisation"))
    held = [post for post in posts if post.until is None or post.until > today()] or posts
    reached = [any(f"{post.organisation.path}/".startswith(path + "/") for path in paths) for post in held]
    if not any(reached):
        return refuse(_("您的岗位没有这项权限。"))
    return allow() if all(reached) else refuse(_("该账号在别处也有岗位，由共同的上级管理员办理。"))


def may_ask_change(by: User, user: User, kind: str) -> Decision:
    """Suspend an account, ask that it be reopened, or its owner be let in anew; as the account stands now."""
    managing = may_manage(by, user)
    if not managing:
        return managing
    if kind == Change.SUSPEND and _decides_alone(user):
        return refuse(_("这是本地唯一的安全管理员，停用后无人可以解除；先任命另一位安全管理员。"))
    return may_change(user, kind)


def _decides_alone(user: User) -> bool:
    """Whether nobody else could lift what one administrator does at once: no other security administrator reaches the place."""
    deciding = Post.objects.held_on(today()).filter(role=Role.SECURITY_ADMIN, user__is_active=True)
    own = deciding.filter(user=user).select_related("organisation")
    return any(not deciding.over(post.organisation.path).exclude(user=user).exists() for post in own)


def may_change(user: User, kind: str) -> Decision:
    """Whether a change still makes sense of the account as it stands."""
    if (kind == Change.REOPEN) == user.is_active:
        return refuse(_("该账号没有停用。") if user.is_active else _("该账号已停用。"))
    return allow()


def may_decide_account(by: User, proposal: AccountProposal) -> Decision:
    """Approve or refuse what is asked about an account: the security administrator, neither owner nor who asked."""
    if by.pk in (proposal.user_id, proposal.proposed_by_id):
        return refuse(_("申请人、核准人、账号所有人须是三个人。"))
    duty = has_role(by, [Role.SECURITY_ADMIN], proposal.organisation)
    return may_manage(by, proposal.user, Role.SECURITY_ADMIN) if duty and proposal.user else duty


def may_make_code(by: User, user: User) -> Decision:
    """Make a first code: the system administrator, after an approval that was not the own one and is not used up.

    Who approves never holds a code, and who holds one could not approve it: neither enters the account alone.
    """
    managing = may_manage(by, user)
    if not managing:
        return managing
    approved = approval_of(user)
    if not user.is_active:
        return refuse(_("该账号已停用。"))
    if user.has_usable_password() or approved is None:
        return refuse(_("没有可用的核准；先申请重设密码，由安全管理员核准。"))
    if approved.decided_by_id == by.pk:
        return refuse(_("核准人不能出具首次登录码。"))
    return allow()


def approval_of(user: User) -> AccountProposal | None:
    """The newest approval by which the owner may set a password, while it holds."""
    found = user.account_proposals.filter(
        granted=True, kind__in=WITH_CODE, decided_at__gt=now() - APPROVED_FOR
    )
    return found.order_by("-pk").first()


def same_hands(user: User, other: int | None) -> bool:
    """Whether ``user`` would check work of their own: the other is they, or one of the two stands in for the other today."""
    if other is None or other == user.pk:
        return other is not None
    return other in hands_of(user)


def hands_of(user: User) -> frozenset[int]:
    """The user and those who stand in for them or for whom they stand in today."""
    return user.hands_on(today())
