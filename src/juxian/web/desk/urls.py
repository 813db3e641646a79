from django.urls import include, path

from juxian.web.desk import (
    audit,
    documents,
    figures,
    home,
    messages,
    organisations,
    policies,
    post,
    structure,
    tokens,
)
from juxian.web.desk.persons import facts, listing, page, registration, revealing

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("post/", post.post, name="post"),
    path("audit/", audit.audit, name="audit"),
    path("funds/", include("juxian.web.desk.funds.urls")),
    path("structure/", structure.structure, name="structure"),
    path("linking/", include("juxian.web.desk.linking.urls")),
    path("", include("juxian.web.desk.cases.urls")),
    path("outbox/", messages.outbox, name="outbox"),
    path("outbox/<int:pk>/decide/", messages.decide, name="outbox-decide"),
    path("housing/", include("juxian.web.desk.housing.urls")),
    path("imports/", include("juxian.web.desk.imports.urls")),
    path("persons/", listing.persons, name="persons"),
    path("persons/find/", listing.find_by_number, name="person-find"),
    path("persons/new/", registration.register, name="person-new"),
    path("persons/<slug:number>/", page.person, name="person"),
    path("persons/<slug:number>/reveal/", revealing.reveal, name="person-reveal"),
    path("persons/<slug:number>/facts/", facts.choose_kind, name="fact-kinds"),
    path("persons/<slug:number>/facts/<slug:kind>/", facts.add, name="fact-add"),
    path("persons/<slug:number>/facts/<int:pk>/withdraw/", facts.withdraw, name="fact-withdraw"),
    path("policies/", policies.policies, name="policies"),
    path("policies/sweep/", policies.sweep, name="policies-sweep"),
    path("policies/<slug:policy_id>/", policies.policy, name="policy"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("figures/", figures.figures, name="figures"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("documents/", documents.documents, name="documents"),
    path("documents/new/", documents.add, name="document-new"),
    path("documents/<int:pk>/", documents.document, name="document"),
]
