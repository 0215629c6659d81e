"""From the pieces of a template to its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tools.charts.lexer import TemplateError, Token, lex
from tools.charts.syntax import Action, Branch, Call, Field, Function, Group, Literal, Node, Operand, Pipeline, Template, Text, Variable

_BRANCHES = frozenset({"if", "with", "range"})


@cache
def parse(text: str) -> Template:
    """The template that a text is. Raises TemplateError."""
    reader = _Reader(lex(text))
    body, last = reader.nodes()
    if last:
        raise TemplateError(f"{{{{ {last[0].text} }}}} closes nothing")
    return Template(body=body, defines=reader.defines)


class _Reader:
    def __init__(self, pieces: Iterator[str | list[Token]]) -> None:
        self.pieces = pieces
        self.defines: dict[str, tuple[Node, ...]] = {}

    def nodes(self) -> tuple[tuple[Node, ...], list[Token]]:
        """Nodes up to `end` or `else`, and that action; up to the end of the text, and nothing."""
        found: list[Node] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                found += [Text(piece)] if piece else []
                continue
            word = piece[0].text if piece[0].kind == "word" else ""
            if word in {"end", "else"}:
                return tuple(found), piece
            found += self._node(word, piece)
        return tuple(found), []

    def _node(self, word: str, tokens: list[Token]) -> Iterator[Node]:
        if word in _BRANCHES:
            yield self._branch(word, tokens[1:])
        elif word == "define":
            self.defines[_unquoted(tokens[1])], _ = self.nodes()
        elif word == "block":
            self.defines[_unquoted(tokens[1])], _ = self.nodes()
            yield Call(_unquoted(tokens[1]), _pipeline(tokens[2:]))
        elif word == "template":
            yield Call(_unquoted(tokens[1]), _pipeline(tokens[2:]) if tokens[2:] else None)
        elif word not in {"break", "continue"} or len(tokens) > 1:
            yield Action(_pipeline(tokens))

    def _branch(self, word: str, tokens: list[Token]) -> Branch:
        body, last = self.nodes()
        otherwise: tuple[Node, ...] = ()
        if not last:
            raise TemplateError(f"{{{{ {word} }}}} has no end")
        if last[0].text == "else" and len(last) > 1:
            otherwise = (self._branch(last[1].text, last[2:]),)
        elif last[0].text == "else":
            otherwise, _ = self.nodes()
        return Branch(word, _pipeline(tokens), body, otherwise)


def _pipeline(tokens: list[Token]) -> Pipeline:
    """The pipeline that these tokens are, all of them."""
    declared, new, start = _declaration(tokens)
    pipeline, end = _commands(tokens, start)
    if end != len(tokens):
        raise TemplateError(f"unexpected {tokens[end].text!r} in an action")
    return Pipeline(pipeline.commands, declared, new)


def _declaration(tokens: list[Token]) -> tuple[tuple[str, ...], bool, int]:
    """The variables to which a pipeline is given, whether they are new, and where the pipeline begins."""
    names: list[str] = []
    for index, token in enumerate(tokens[:4]):
        if token.kind == "variable":
            names.append(token.text)
        elif token.text in {":=", "="}:
            return tuple(names), token.text == ":=", index + 1
        elif token.text != ",":
            break
    return (), True, 0


def _commands(tokens: list[Token], start: int) -> tuple[Pipeline, int]:
    """Commands from a token up to `)` or the end, and where they end."""
    commands: list[list[Operand]] = [[]]
    index = start
    while index < len(tokens) and tokens[index].text != ")":
        if tokens[index].text == "|":
            commands.append([])
            index += 1
            continue
        operand, index = _operand(tokens, index)
        commands[-1].append(operand)
    if not all(commands):
        raise TemplateError("a command is missing in an action")
    return Pipeline(tuple(tuple(command) for command in commands)), index


def _operand(tokens: list[Token], index: int) -> tuple[Operand, int]:
    """One operand, and where it ends."""
    token = tokens[index]
    names, after = _names(tokens, index + 1)
    match token.kind:
        case "sign" if token.text == "(":
            inner, end = _commands(tokens, index + 1)
            if end == len(tokens):
                raise TemplateError("a parenthesis is not closed")
            names, after = _names(tokens, end + 1)
            return Group(inner, names), after
        case "field":
            return Field((token.text[1:], *names)), after
        case "variable":
            return Variable(token.text, names), after
    return _simple(token), index + 1


def _simple(token: Token) -> Operand:
    """An operand of one token."""
    match token.kind:
        case "dot":
            return Field(())
        case "word":
            return Function(token.text)
        case "string" | "raw":
            return Literal(_unquoted(token))
        case "number" | "character":
            return Literal(token.text if token.text.isdigit() else None)
    raise TemplateError(f"unexpected {token.text!r} in an action")


def _names(tokens: list[Token], index: int) -> tuple[tuple[str, ...], int]:
    """The fields that follow without a space."""
    names = []
    while index < len(tokens) and tokens[index].kind == "field" and tokens[index].tight:
        names.append(tokens[index].text[1:])
        index += 1
    return tuple(names), index


def _unquoted(token: Token) -> str:
    if token.kind == "raw":
        return token.text[1:-1]
    if token.kind == "string":
        return str(ast.literal_eval(token.text))
    raise TemplateError(f"a name in quotes is required, not {token.text!r}")
