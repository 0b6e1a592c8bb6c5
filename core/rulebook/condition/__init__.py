"""The condition language: one way to say which records are meant, from the filter line to the sandbox.

`parse(text, vocabulary)` gives a `Condition`; `condition.matches(record, context)` decides,
`condition.prefilter()` is SQL that narrows the rows down before. docs/conditions.md is for operators.
"""

from core.rulebook.condition.checks import ConditionContext
from core.rulebook.condition.condition import Condition, parse, resolve
from core.rulebook.condition.errors import ConditionError, ConditionTooSlow
from core.rulebook.condition.suggest import suggest, word_start
from core.rulebook.condition.tree import (
    And,
    Comparison,
    Expression,
    Missing,
    Not,
    Op,
    Or,
    Pattern,
    Regex,
    all_of,
    any_of,
)
from core.rulebook.condition.vocabulary import (
    AgeField,
    AnyField,
    Choice,
    ChoiceField,
    DateField,
    Flag,
    FlagField,
    ListField,
    NumberField,
    TextField,
    Vocabulary,
)

__all__ = [
    "AgeField",
    "And",
    "AnyField",
    "Choice",
    "ChoiceField",
    "Comparison",
    "Condition",
    "ConditionContext",
    "ConditionError",
    "ConditionTooSlow",
    "DateField",
    "Expression",
    "Flag",
    "FlagField",
    "ListField",
    "Missing",
    "Not",
    "NumberField",
    "Op",
    "Or",
    "Pattern",
    "Regex",
    "TextField",
    "Vocabulary",
    "all_of",
    "any_of",
    "parse",
    "resolve",
    "suggest",
    "word_start",
]
