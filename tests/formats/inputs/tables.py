"""Tables as the export and spreadsheets write them."""

from __future__ import annotations

from typing import Final

from tests.formats.inputs.made import A, table

HEAD: Final = "speaker,text,startedAtMs"

TABLES: Final = (
    table(
        "byte order mark, columns in another order and case",
        "spreadsheets",
        "\ufeffStartedAtMs,Text,Speaker\r\n1000,a,User\r\n",
        A,
    ),
    table(
        "`sep=;` in the first line",
        "Excel",
        "sep=;\r\nspeaker;text;startedAtMs\r\nuser;a;1000\r\n",
        A,
    ),
    table(
        "empty cells and rows at the end",
        "spreadsheets",
        f"{HEAD},,\r\nuser,a,1000,,\r\n,,,,\r\n",
        A,
        left_out=("an empty row",),
    ),
    table(
        "exponents with a decimal comma",
        "Excel",
        "speaker;text;startedAtMs\r\nuser;a;1,0E+03\r\n",
        A,
    ),
    table(
        "thousands or decimals?",
        "spreadsheets",
        f'{HEAD}\r\nuser,b,"1,000"\r\nuser,a,1000\r\n',
        A,
        refused=("between thousands",),
    ),
    table(
        "a text with a comma, not quoted",
        "users",
        f"{HEAD}\r\nuser,a, b,1000\r\nuser,a,1000\r\n",
        A,
        refused=("more cells than columns",),
    ),
    table(
        "roles human, ai, model and bot",
        "users",
        f"{HEAD}\r\nhuman,a,1000\r\nAI,b,1\r\nmodel,c,2\r\nBot,d,3\r\n",
        A,
        ("assistant", "b", 1.0),
        ("assistant", "c", 2.0),
        ("assistant", "d", 3.0),
    ),
    table(
        "names that `--speaker` knows",
        "users",
        f"{HEAD}\r\nDana  Meier,a,1000\r\nEve,b,1\r\n",
        A,
        refused=("--speaker",),
    ),
    table(
        "formulas made harmless by the export",
        "Earshot",
        f"{HEAD}\r\nuser,'=1+1,1000\r\n",
        ("user", "=1+1", 1000.0),
    ),
    table(
        "columns that are missing",
        "users",
        "who,what\r\nuser,a\r\n",
        whole="the columns speaker, startedAtMs, text are missing",
    ),
    table(
        "not UTF-8",
        "Excel's plain CSV",
        f"{HEAD}\r\nuser,Gr\u00fc\u00dfe,1\r\n".encode("cp1252"),
        whole="not UTF-8",
    ),
    table("no rows", "spreadsheets", f"{HEAD}\r\n"),
)
