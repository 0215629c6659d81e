"""Credentials that are known by their form, wherever they stand in a text.

Sources: the makers' own pages on how their keys look, for one https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
"""

import re
from typing import Final

from crema.policies.model.templates import is_placeholder

_FORMATS: Final[tuple[tuple[str, str], ...]] = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,80}|github_pat_[A-Za-z0-9_]{60,100})\b"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,60}"),
    (
        "the address of a Slack webhook",
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{8,14}/[A-Z0-9]{8,14}/[A-Za-z0-9/]{16,60}",
    ),
    ("a Slack token", r"\bxox[abeprs]-[0-9A-Za-z-]{10,100}|\bxapp-[0-9]-[0-9A-Za-z-]{20,120}"),
    (
        "the address of a Discord webhook",
        r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/[0-9]{10,24}/[A-Za-z0-9_-]{40,100}",
    ),
    ("the address of a Teams webhook", r"https://[a-z0-9.-]{1,60}\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{60,200}"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]{2,12} )?PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s){1,4}[A-Za-z0-9+/=:,\s\\-]{40}"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{16,1000}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{20,110}\b"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,46}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,300}"),
    ("a Docker Hub token", r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{24,60}"),
    ("a Vault token", r"\bhv[sb]\.[A-Za-z0-9_-]{24,200}"),
    ("an API key", r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,200}"),
    ("a DigitalOcean token", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{34}\b"),
    ("a Grafana token", r"\bgls?c?[as]?_[A-Za-z0-9]{32,200}_[0-9a-f]{8}\b"),
    ("a Telegram bot's token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    ("an age key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    (
        "the header of a log-in",
        r"(?i:authorization)[\"':=\s]{1,6}(?i:basic|bearer)\s{1,3}(?=[^\s\"']{0,400}[0-9])[A-Za-z0-9+/=._~-]{12,400}",
    ),
    (
        "a password on mysql's command line",
        r"\bmysql(?:dump|admin|sh)?\s(?:[^|;&\n]{0,200}\s)?-p(?=[^\s\"'$]{0,60}[0-9A-Z])[^\s\"'$({<]{5,60}",
    ),
    ("the key of an Azure account", r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
)
_STARTS: Final = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat|glpat-|hooks\.slack|xox[abeprs]-|xapp-|/api/webhooks/|webhook\.office|PRIVATE KEY|eyJ|AIza|k_live_"
    r"|SG\.|npm_|pypi-|dckr_|hv[sb]\.|sk-|_v1_|hf_|gl[a-z]{1,3}_|:AA|AGE-SECRET|AccountKey|uthorization|UTHORIZATION|mysql|://"
)
"""One quick look: most texts have none of these."""
_SHORTEST: Final = 10
"""A login in an address: `a://b:cd@e`."""
_COMPILED: Final = tuple((what, re.compile(pattern)) for what, pattern in _FORMATS)
_LOGIN: Final = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://(?P<user>[^\s:/@\"'<>{}$]{0,60}):(?P<password>[^\s/@\"']{1,120})@[A-Za-z0-9\[$({]")
_EXAMPLE: Final = re.compile(r"(?i)example|xxxx|\.\.\.|(.)\1{7}|0123456789|abcdefgh")
_NO_PASSWORD: Final = re.compile(r"(?i)[$%<{*\[]|^(?:pass(?:word|wd)?|pw|pwd|secret|token|changeme|xxx+|user|port|[0-9]{1,5})$")


def known_format(text: str) -> str:
    """What credential of a known form a text holds, in words; empty when it holds none. What is written as an example is none."""
    if len(text) < _SHORTEST or _STARTS.search(text) is None:
        return ""
    for what, pattern in _COMPILED:
        for found in pattern.finditer(text):
            if not _EXAMPLE.search(found[0][:400]) and not is_placeholder(found[0]):
                return what
    for found in _LOGIN.finditer(text):
        password = found["password"]
        if not _NO_PASSWORD.search(password) and not _EXAMPLE.search(password):
            return "a password in an address"
    return ""
