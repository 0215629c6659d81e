"""Every check of a value: what it takes, and what it refuses although it looks much alike."""

import typing
from typing import Any

import pytest

from crema.generators import checks
from tests.strategies import HOSTILE

_LABEL_63, _NAME_253 = "a" * 63, ".".join(["a" * 62] * 4) + "aa"
_DIGEST = "@sha256:" + "0" * 64

# name of the type: (right, wrong)
_TABLE: dict[str, tuple[list[Any], list[Any]]] = {
    "NodeImage": (
        ["kindest/node:v1.36.4@sha256:" + "a" * 64],
        [
            *("", "kindest/node:v1.36.4", "kindest/node@sha256:" + "a" * 64, "node:v1.36.4@sha256:" + "a" * 64),
            *(
                "kindest/node:1.36.4@sha256:" + "a" * 64,
                "kindest/node:v1.36.4@sha256:" + "a" * 63,
                "kindest/node:v1.36.4@sha256:" + "A" * 64,
            ),
        ],
    ),
    "DirectoryPath": (
        ["dist", "dist/local/_root", "a.b/c-d", "...", "a" * 1024],
        ["", "/dist", "dist/", "a//b", ".", "..", "a/../b", "./a", "a/.", "a b", "a\n", "a" * 1025],
    ),
    "ChartVersion": (
        ["88.5.3", "v1.9.0", "0.0.0", "1.2.3-rc.1", "1.2.3+build.5"],
        ["", "88", "88.5", "88.5.x", "88.*", "^1.2.3", ">=1.2.3", "1.2.3 ", "1.2.3-", "latest", "1.2.3.4", None],
    ),
    "ReleaseName": (["a", "a-0", "0", "a" * 53], ["", "A", "a.b", "-a", "a-", "a_b", "a\n", "a" * 54]),
    "ApiGroup": (["", "apps", "networking.k8s.io"], ["apps/v1", "Apps", "a..b", ".a", "a\n", None]),
    "KindName": (["Pod", "A", "ECRAuthorizationToken"], ["", "pod", "*", "Pod/status", "Pods ", "1A", "A" * 64]),
    "FolderName": (["a", "Coffee shop", "a_b-c", "a" * 100], ["", " a", "a ", "a/b", "é", "a\n", "a" * 101]),
    "DnsLabel": (["a", "0", "a-b", _LABEL_63], ["", "A", "-a", "a-", "a.b", "a_b", "é", "a\n", _LABEL_63 + "a", None, 1, ["a"]]),
    "ServiceName": (["a", "a-0", _LABEL_63], ["", "0a", "-a", "a-", "a.b", "A", "a\n", _LABEL_63 + "a", None]),
    "DnsName": (["a", "a.b-c.0", _NAME_253], ["", "a..b", ".a", "a.", "a.-b", "A.b", "a_b", "a.b\n", _NAME_253 + "a", None]),
    "HostName": (
        ["a.b", "*.example.com", "coffee.192.168.1.1.nip.io", "0x.1", _NAME_253],
        ["", "*", "a.*.b", "*.*.b", "192.168.1.1", "http://a.b", "a.b:80", "a.b/", "A.b", "a.b\n", _NAME_253 + "a"],
    ),
    "EnvName": (["A", "_a0", "A" * 253], ["", "0A", "A-B", "A B", "Ä", "A\n", "A" * 254, 1]),
    "UrlPath": (
        ["/", "/api/order", "/a.b_c-d", "/.well-known", "/...", "/" + "a" * 1023],
        ["", "a", "/a/", "//", "/a//b", "/a b", "/.", "/..", "/a/../b", "/a/./b", "/a/..", "/ä", "/a?b", "/a\n", "/" + "a" * 1024],
    ),
    "FilePath": (
        ["/tmp", "/var/cache/a b", "/" + "a" * 4095],
        ["", "/", "tmp", "/a/", "/a//b", "/a:b", "/a/..", "/\x00", "/" + "a" * 4096],
    ),
    "HttpUrl": (
        ["http://a", "https://a.b:65535/c?d=e", "http://192.168.1.1:1/", "http://a/" + "b" * 2039],
        [
            "",
            "a",
            "ftp://a",
            "http://",
            "http://a:0",
            "http://a:65536",
            "http://a:123456",
            "http://a b",
            "http://a/b c",
            "http://-",
            "http://a/" + "b" * 2040,
        ],
    ),
    "Uid": (["a", "A_b-0", "a" * 40], ["", "a b", "a.b", "a" * 41, None]),
    "LabelKey": (
        ["app", "example.com/name", "a" * 63, "a" * 253 + "/b", "A_b.c-D"],
        ["", "/a", "a/", "a/b/c", "a b", "A.com/b", "-a", "a-", "a" * 64, "a/" + "a" * 64, "a" * 254 + "/b", "a..b/c", "app\n"],
    ),
    "LabelValue": (["", "a", "A_b.c-0", "a" * 63], ["-a", "a-", ".", "a b", "a/b", "a\n", "a" * 64, None]),
    "PrometheusLabel": (["a", "_a0"], ["", "0a", "a-b", "a.b", "ä", "a\n", "a" * 254]),
    "AlertName": (["PodNotReady", "_a0"], ["", "0a", "a b", "a-b", "a\n", "a" * 254]),
    "Duration": (
        ["0", "0s", "5m", "1h30m", "1y2w3d4h5m6s7ms"],
        ["", "5", "5M", "1.5h", "30m1h", "1us", "-1m", "1m ", "1m\n", "1" * 32 + "m"],
    ),
    "Image": (
        ["a:1", "r.io/a/b-c_d.e:v1", "localhost:5000/a:1", "a" + _DIGEST, "a:latest" + _DIGEST, "R.io:1/a__b:T_1.x-y", "a:" + "b" * 128],
        [
            *("", "a", "a:latest", "A:1", "a:", "a:-1", "a b:1", "a/:1", "a//b:1", "a..b:1", "-/a:1", "a:1\n", "https://a/b:1", None),
            *("a:1@sha256:0", "a@sha256:" + "0" * 65, "a:" + "b" * 129, "a" * 512 + ":1"),
        ],
    ),
    "MySQLName": (["shop", "_A0", "a" * 32], ["", "0a", "a-b", "a b", "a`b", "a\n", "a" * 33]),
    "MySQLSize": (["1K", "128M", "2G"], ["", "0M", "128", "128m", "128Mi", "1.5G", "M", "1M\n", "1" * 16 + "M"]),
    "Arn": (
        ["arn:aws:acm:eu-west-1:123456789012:certificate/x", "arn:aws-cn:iam::123456789012:role/x"],
        [
            "",
            "arn:aws:acm:eu-west-1:123:certificate/x",
            "arn:aws:acm:eu-west-1:123456789012:",
            "arn:aws:acm:eu-west-1:123456789012:a b",
            "x",
        ],
    ),
    "RoleArn": (
        [
            "arn:aws:iam::123456789012:role/x",
            "arn:aws-cn:iam::123456789012:role/a/b/x_+=,.@-",
            "arn:aws:iam::123456789012:role/" + "a" * 64,
        ],
        [
            *("", "x", "arn:aws:iam::123:role/x", "arn:aws:iam:eu-west-1:123456789012:role/x", "arn:aws:iam::123456789012:user/x", None),
            *("arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role//x", "arn:aws:iam::123456789012:role/a b"),
            *("arn:aws:iam::123456789012:role/x\n", "arn:aws:iam::123456789012:role/" + "a" * 65),
        ],
    ),
    "AwsRegion": (
        ["ap-northeast-2", "us-east-1", "us-gov-west-1", "eusc-de-east-1"],
        [
            "",
            "ap-northeast",
            "ap-northeast2",
            "apnortheast-2",
            "AP-northeast-2",
            "ap-northeast-2a",
            "ap-northeast-0",
            "global",
            "a\n",
            None,
        ],
    ),
    "RemoteKey": (
        ["coffee/eks/mysql", "a", "_+=.@-/0", "a" * 512],
        ["", "/a", "a/", "a//b", "a b", "a:b", "ä", "a\n", "a" * 513, None],
    ),
    "RemoteProperty": (["password", "root-password", "0_A"], ["", "-a", "a.b", "a|b", "a#", "a*", "@this", "a b", "a\n", "a" * 254, None]),
    "GoDuration": (
        ["0s", "1s", "59s", "1m0s", "59m59s", "1h0m0s", "6h30m0s", "999999h59m59s"],
        ["", "0", "6h", "90m0s", "60s", "1h60m0s", "1h0m", "1h0s", "0m5s", "0h1m0s", "01h0m0s", "1h00m0s", "1.5s", "1d", "-1s", "5s\n", 5],
    ),
    "PlainName": (["admin", "a", "A0._-z", "a" * 63], ["", "-a", "a-", "a b", "{{a}}", "a$b", "a/b", "a'b", "a@b", "a\n", "a" * 64, None]),
    "Registry": (["r.io", "r.io:5000/a/b"], ["", "https://r.io", "r.io/", "r.io//a", "r.io/A", "r.io:x", "r.io\n", "r" * 513]),
    "GitRevision": (["main", "v1.0", "feature/x", "0a"], ["", "-main", "a b", "a..b ", "/a", "a\n", "a" * 256]),
    "SecretKey": (["password", ".my-cnf_0", "a" * 253], ["", ".", "..", "a b", "a/b", "ä", "a\n", "a" * 254]),
    "Port": ([1, 80, 65535], [0, 65536, -1, True, "80", 80.0, None]),
    "NodePort": ([30000, 32767], [29999, 32768, 80, True, "30000", 30000.0]),
    "Replicas": ([1, 1000], [0, 1001, True, "1", 1.0]),
    "UserId": ([1, 2**31 - 1], [0, -1, 2**31, True, "1", 1.0]),
    "Cidr": (
        ["10.0.0.0/8", "0.0.0.0/0", "192.168.1.1/32", "fd00::/8"],
        ["", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/255.0.0.0", "10.0.0.0/33", "010.0.0.0/8", "FD00::/8", "a", 10, None, "10.0.0.0/8\n"],
    ),
    "Cpu": (
        ["1m", "100m", "0.5", ".5", "2", "1e-1", "1024"],
        ["", "0", "0m", "0.9m", "100u", "1025", "9Mi", "1 core", "-1", "+1", 0.5, 1],
    ),
    "Bytes": (
        ["1Mi", "128Mi", "1.5Gi", "500M", "1e9", "7E", "8Ei", "2.Mi"],
        [
            "",
            "0",
            "128",
            "128m",
            "1023Ki",
            "9Ei",
            "128MB",
            "128 Mi",
            "10 GB",
            "1e" + "9" * 30,
            "1mi",
            "1i",
            "Mi",
            "1Mi\n",
            "0" * 64 + "1Mi",
            10**9,
            None,
        ],
    ),
    "Text": (["a", " a ", "☕"], ["", " ", "\n", "\x00a", "a\ud800", None, 1, b"a"]),
    "AnyText": (["", " ", "☕\n"], ["\x00", "\ud800", None, 1, b"a"]),
}


def _requirement(kind: str, value: object) -> str | None:
    (check,) = [c for c in typing.get_args(getattr(checks, kind)) if isinstance(c, checks.Check)]
    return check.requirement_of(value)


@pytest.mark.parametrize("kind", sorted(_TABLE))
def test_a_check_takes_what_is_right_and_refuses_what_only_looks_like_it(kind: str) -> None:
    """Both ends of each interval and length, and the slips people make."""
    right, wrong = _TABLE[kind]
    assert [value for value in right if _requirement(kind, value) is not None] == []
    assert [value for value in wrong if _requirement(kind, value) is None] == []


def test_every_check_stands_in_the_table() -> None:
    """A check that nobody tried to break proves nothing."""
    kinds = {name for name, value in vars(checks).items() if not name.startswith("_") and typing.get_origin(value) is typing.Annotated}
    assert kinds == set(_TABLE)


@pytest.mark.parametrize("kind", sorted(_TABLE))
def test_a_check_never_raises(kind: str) -> None:
    """A spec may hold anything a person typed."""
    for value in HOSTILE:
        _requirement(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "required"),
    [
        ("Bytes", "128m", "a quantity from 1Mi to 8Ei"),
        ("Cpu", "500Mi", "a quantity from 1m to 1024"),
        ("Bytes", "10 GB", "a quantity above zero such as 100m, 0.5 or 128Mi (a string)"),
        ("HttpUrl", "http://a:0", "a URL with a port from 1 to 65535"),
        ("AnyText", "\x00", "a text without NUL characters"),
        ("Text", "\ud800", "a text that UTF-8 can hold: it has half of a surrogate pair"),
        ("Replicas", 0, "a whole number from 1 to 1000"),
    ],
)
def test_what_is_required_fits_what_is_wrong(kind: str, value: object, required: str) -> None:
    """A slip of the unit, a port and a character are told apart from what cannot be read at all."""
    assert _requirement(kind, value) == required
