"""The annotations that controllers of Ingresses read, and what values they take.

ingress-nginx: all that controller 1.15.1, its last, has. The AWS load balancer controller: those of 2.x and 3.x.
Sources: https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/docs/user-guide/nginx-configuration/annotations-risk.md
https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/annotations/constants.go
https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/#annotations
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Final

from crema.policies.model.routes.annotations import ALB, NGINX, TRAEFIK, is_flag


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


READ_BY: Final[Mapping[str, frozenset[str]]] = {
    NGINX: frozenset({"nginx"}),
    ALB: frozenset({"alb"}),
    TRAEFIK: frozenset({"traefik"}),
    "nginx.org": frozenset({"nginx-inc"}),
    "nginx.com": frozenset({"nginx-inc"}),
    "haproxy.org": frozenset({"haproxy"}),
    "haproxy-ingress.github.io": frozenset({"haproxy"}),
    "konghq.com": frozenset({"kong"}),
    "projectcontour.io": frozenset({"contour"}),
}
"""The families of controllers that read the annotations of a domain."""

CRITICAL: Final = frozenset({"auth-snippet", "configuration-snippet", "modsecurity-snippet", "server-snippet", "stream-snippet"})
_FLAGS: Final = _words("""
    auth-always-set-cookie auth-keepalive-share-vars auth-tls-pass-certificate-to-upstream canary cors-allow-credentials
    disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth enable-modsecurity enable-opentelemetry
    enable-owasp-core-rules enable-rewrite-log force-ssl-redirect from-to-www-redirect http2-push-preload
    opentelemetry-trust-incoming-span preserve-trailing-slash relative-redirects service-upstream session-cookie-change-on-failure
    session-cookie-conditional-samesite-none session-cookie-secure ssl-passthrough ssl-prefer-server-ciphers ssl-redirect
    upstream-hash-by-subset use-port-in-redirects use-regex
""")
_NUMBERS: Final = _words("""
    auth-keepalive auth-keepalive-requests auth-keepalive-timeout auth-tls-verify-depth canary-weight canary-weight-total cors-max-age
    limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps permanent-redirect-code
    proxy-buffers-number proxy-connect-timeout proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout
    proxy-ssl-verify-depth temporal-redirect-code upstream-hash-by-subset-size
""")
_SIZES: Final = _words("client-body-buffer-size proxy-body-size proxy-buffer-size proxy-busy-buffers-size proxy-max-temp-file-size")
_SWITCHES: Final = _words("mirror-request-body proxy-buffering proxy-request-buffering proxy-ssl-server-name proxy-ssl-verify")
_TEXTS: Final = _words("""
    allowlist-source-range app-root auth-cache-duration auth-cache-key auth-method auth-proxy-set-headers auth-realm
    auth-request-redirect auth-response-headers auth-secret auth-signin auth-signin-redirect-param auth-tls-error-page
    auth-tls-match-cn auth-tls-secret auth-url canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value
    connection-proxy-header cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers custom-headers
    custom-http-errors default-backend denylist-source-range fastcgi-index fastcgi-params-configmap limit-allowlist limit-whitelist
    load-balance mirror-host mirror-target modsecurity-transaction-id opentelemetry-operation-name permanent-redirect
    proxy-cookie-domain proxy-cookie-path proxy-next-upstream proxy-redirect-from proxy-redirect-to proxy-ssl-ciphers proxy-ssl-name
    proxy-ssl-protocols proxy-ssl-secret rewrite-target server-alias session-cookie-domain session-cookie-expires
    session-cookie-max-age session-cookie-name session-cookie-path ssl-ciphers temporal-redirect upstream-hash-by upstream-vhost
    whitelist-source-range x-forwarded-prefix
""")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "affinity": ("cookie",),
    "affinity-canary-behavior": ("sticky", "legacy"),
    "affinity-mode": ("balanced", "persistent"),
    "auth-secret-type": ("auth-file", "auth-map"),
    "auth-tls-verify-client": ("on", "off", "optional", "optional_no_ca"),
    "auth-type": ("basic", "digest"),
    "backend-protocol": ("AUTO_HTTP", "HTTP", "HTTPS", "GRPC", "GRPCS", "FCGI"),
    "proxy-http-version": ("1.0", "1.1"),
    "satisfy": ("any", "all"),
    "session-cookie-samesite": ("None", "Lax", "Strict"),
}
_ANY_CASE: Final = frozenset({"backend-protocol", "session-cookie-samesite"})

Takes = Callable[[str], bool]


def _one_of(choices: tuple[str, ...], any_case: bool) -> Takes:
    folded = {choice.lower() for choice in choices}
    return lambda value: (value.strip().lower() in folded) if any_case else value.strip() in choices


def _fits(pattern: str) -> Takes:
    regex = re.compile(pattern)
    return lambda value: regex.fullmatch(value) is not None


def _are_ranges(value: str) -> bool:
    try:
        return all(ip_network(part.strip(), strict=False) for part in value.split(","))
    except ValueError:
        return False


_PATHS: Final = ("app-root", "rewrite-target", "x-forwarded-prefix")
_RANGES: Final = ("allowlist-source-range", "denylist-source-range", "limit-allowlist", "limit-whitelist", "whitelist-source-range")

VALUES: Final[Mapping[str, tuple[str, Takes]]] = {
    **dict.fromkeys(_FLAGS, ("true or false", is_flag)),
    **{name: ("a whole number, without a unit", _fits(r"[-+]?\d+")) for name in _NUMBERS},
    **{name: ("a size such as 8m", _fits(r"(?i)\s*\d+\s*[bkmg]?\s*")) for name in _SIZES},
    **{name: ("on or off", _one_of(("on", "off"), any_case=False)) for name in _SWITCHES},
    **{name: ("a path of letters, digits and - . _ ~ : / $", _fits(r"[-._~a-zA-Z0-9/:$]*")) for name in _PATHS},
    **dict.fromkeys(_RANGES, ("addresses or ranges, with commas between them", _are_ranges)),
    **{name: (" or ".join(choices), _one_of(choices, name in _ANY_CASE)) for name, choices in _CHOICES.items()},
}
"""What the controller takes for an annotation of ingress-nginx, in words and as a test; other annotations take text."""

OF_NGINX: Final = frozenset({*VALUES, *_TEXTS, *CRITICAL})
OF_ALB: Final = frozenset(
    _words("""
    acm-pca-arn auth-idp-cognito auth-idp-oidc auth-on-unauthenticated-request auth-scope auth-session-cookie auth-session-timeout
    auth-type backend-protocol backend-protocol-version certificate-arn create-acm-cert customer-owned-ipv4-pool dry-run-plan
    enable-frontend-nlb frontend-nlb-attributes frontend-nlb-eip-allocations frontend-nlb-healthcheck-healthy-threshold-count
    frontend-nlb-healthcheck-interval-seconds frontend-nlb-healthcheck-path frontend-nlb-healthcheck-port
    frontend-nlb-healthcheck-protocol frontend-nlb-healthcheck-success-codes frontend-nlb-healthcheck-timeout-seconds
    frontend-nlb-healthcheck-unhealthy-threshold-count frontend-nlb-listener-port-mapping frontend-nlb-scheme
    frontend-nlb-security-groups frontend-nlb-subnets frontend-nlb-tags group.name group.order healthcheck-interval-seconds
    healthcheck-path healthcheck-port healthcheck-protocol healthcheck-timeout-seconds healthy-threshold-count inbound-cidrs
    ip-address-type ipam-ipv4-pool-id jwt-validation listen-ports listener-attributes load-balancer-attributes load-balancer-name
    manage-backend-security-group-rules minimum-load-balancer-capacity multi-cluster-target-group mutual-authentication scheme
    security-group-prefix-lists security-groups shield-advanced-protection ssl-policy ssl-redirect subnets success-codes tags
    target-control-port target-group-attributes target-node-labels target-type unhealthy-threshold-count use-regex-path-match
    waf-acl-id wafv2-acl-arn wafv2-acl-name web-acl-id
    """)
)
_OF_ALB_BY_NAME: Final = ("actions.", "conditions.", "transforms.", "listener-attributes.", "frontend-nlb-listener-attributes.")
OF_TRAEFIK: Final = frozenset(
    _words("""
    router.entrypoints router.middlewares router.observability.accesslogs router.observability.metrics
    router.observability.traceverbosity router.observability.tracing router.pathmatcher router.priority router.rulesyntax router.tls
    router.tls.certresolver router.tls.options service.middlewares service.nativelb service.nodeportlb service.passhostheader
    service.serversscheme service.serverstransport
    """)
)
_OF_TRAEFIK_BY_NAME: Final = ("router.tls.domains.", "service.sticky.")
NAMES: Final[Mapping[str, frozenset[str]]] = {NGINX: OF_NGINX, ALB: OF_ALB, TRAEFIK: OF_TRAEFIK}


def is_known(domain: str, name: str) -> bool:
    """Whether a controller of that domain reads an annotation of this name. Of the others nothing is known."""
    if domain == ALB:
        return name in OF_ALB or name.startswith(_OF_ALB_BY_NAME)
    if domain == TRAEFIK:
        return name.lower() in OF_TRAEFIK or name.lower().startswith(_OF_TRAEFIK_BY_NAME)
    return name in NAMES.get(domain, frozenset({name}))
