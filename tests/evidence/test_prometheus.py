"""Prometheus: a value for each window or none, and an answer that is not what was asked for is never a value."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from govern.domain.windows import instant
from govern.errors import DocumentError, GovernError, UsageError
from govern.evidence.prometheus import POINTS, Answered, Windows, ask
from servers import prometheus

CASES = json.loads((Path(__file__).parents[1] / "cases/evidence/prometheus.json").read_text("utf-8"))
HOUR = 3600
FIRST = "2026-11-20T10:00:00Z"
THREE = Windows(FIRST, "PT1H", 3)
START = int(instant(FIRST).timestamp())
SECRET = "http://zoe:tok-123@prometheus.test/base/"


def answer(case: dict[str, Any]) -> httpx.Response:
    """The answer of a case; window k is asked for a millisecond before its end."""
    result = case.get("result") or [
        {
            "metric": one["metric"],
            "values": [[START + HOUR * (k + 1) - 0.001, value] for k, value in one["at"]],
        }
        for one in case.get("series", ())
    ]
    body = case.get("body", {"status": "success", "data": {"resultType": "matrix", "result": result}})
    text = case.get("text", json.dumps(body))
    return httpx.Response(case.get("status", 200), text=text, headers={"location": "http://elsewhere.test"})


def asked(
    handler: Callable[[httpx.Request], httpx.Response],
    query: str = "up",
    windows: Windows = THREE,
    url: str = SECRET,
) -> Answered:
    return ask("metrics", url, query, windows, transport=httpx.MockTransport(handler))


@pytest.mark.parametrize("case", CASES["measured"], ids=lambda case: case["why"])
def test_answer_is_a_value_for_each_window_or_none(case: dict[str, Any]) -> None:
    lines = asked(lambda _: answer(case)).lines
    said = [[line.cohort, line.version, ["NaN" if v is not None and math.isnan(v) else v for v in line.values]]
            for line in lines]  # fmt: skip
    assert said == case["lines"]


@pytest.mark.parametrize("case", CASES["unusable"], ids=lambda case: case["why"])
def test_unusable_answer_is_an_error_and_no_value(case: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as refused:
        asked(lambda _: answer(case))
    assert case["says"] in refused.value.message
    assert_quiet(refused.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (httpx.ConnectError("tok-123: connection refused"), r"cannot be reached \(ConnectError\)"),
        (httpx.ReadTimeout("tok-123"), "no answer within 30 seconds"),
        (httpx.RemoteProtocolError("tok-123"), "cannot be reached"),
    ],
)
def test_server_that_is_down_is_an_error_without_its_url(error: Exception, says: str) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(DocumentError, match=says) as refused:
        asked(down)
    assert_quiet(refused.value)


@pytest.mark.parametrize("url", ["tok-123", "ftp://tok-123", "http://", "http://h:tok-123", "://tok-123"])
def test_what_is_no_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UsageError, match="holds no URL") as refused:
        ask("metrics", url, "up", THREE)
    assert_quiet(refused.value)


def assert_quiet(error: GovernError) -> None:
    """Nothing that the environment variable holds is shown, nor chained to what is."""
    said = " ".join([error.message, *error.notes, str(error.type_line), str(error.__cause__)])
    assert "tok-123" not in said and "zoe" not in said and "prometheus.test" not in said


def test_question_is_one_instant_for_each_window_a_millisecond_before_its_end() -> None:
    seen = {}

    def note(request: httpx.Request) -> httpx.Response:
        seen.update(
            dict(httpx.QueryParams(request.content.decode())), url=str(request.url.copy_with(userinfo=b""))
        )
        return answer({})

    answered = asked(note, "rate(frames_total[$window])")
    assert answered.query == seen["query"] == "rate(frames_total[3600s])" and answered.samples == 0
    assert seen["url"] == "http://prometheus.test/base/api/v1/query_range"
    assert (seen["start"], seen["end"], seen["step"]) == (
        f"{START + HOUR - 1}.999", f"{START + 3 * HOUR - 1}.999", "3600.000",
    )  # fmt: skip


def test_more_windows_than_a_server_answers_at_once_are_asked_in_parts() -> None:
    parts = []

    def each(request: httpx.Request) -> httpx.Response:
        form = httpx.QueryParams(request.content.decode())
        parts.append((float(form["start"]), float(form["end"])))
        values = [[at, str(len(parts))] for at in parts[-1]]
        result = [{"metric": {}, "values": values}]
        return httpx.Response(
            200, json={"status": "success", "data": {"resultType": "matrix", "result": result}}
        )

    answered = asked(each, windows=Windows(FIRST, "PT1M", POINTS + 2))
    assert parts[1][0] - parts[0][1] == 60 and len(parts) == 2
    values = answered.lines[0].values
    assert [values[k] for k in (0, 1, POINTS - 1, POINTS, POINTS + 1)] == [1, None, 1, 2, 2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Frames by cohort, counted every minute for three hours: `a` drops 1 % and from 12 o'clock on 6 %, `b` none."""
    samples = []
    for cohort, later in (("a", 6), ("b", 0)):
        dropped = 0.0
        for minute in range(181):
            worn = {"cohort_key": cohort, "model_version_active": "m7"}
            at = START + 60 * minute
            samples.append(("frames", worn, at, 100.0 * minute))
            if cohort == "a" or minute:
                samples.append(("frames_dropped", worn, at, dropped))
            dropped += later if minute >= 120 else later / 6
    with prometheus(tmp_path_factory.mktemp("prometheus"), samples) as url:
        yield url


SHARE = (
    "100 * sum by (cohort_key) (increase(frames_dropped_total[$window]))"
    " / sum by (cohort_key) (increase(frames_total[$window]))"
)


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (SHARE, [("a", [1, 1, 6]), ("b", [0, 0, 0])]),
        (SHARE.replace("_dropped", "_never_counted"), []),
        ("frames_dropped_total / on (cohort_key) (frames_total * 0)", None),
        ("sum(increase(frames_total[$window])) > 12000", [(None, [None, None, None])]),
        ("vector(1)", [(None, [1, 1, 1])]),
        ("7", [(None, [7, 7, 7])]),
    ],
    ids=["shares", "no series", "divided by nought", "filtered away", "a vector", "a number"],
)
def test_real_server_answers_for_the_windows_asked(
    query: str, lines: list[tuple[str | None, list[float | None]]] | None, server: str
) -> None:
    answered = ask("metrics", server, query, THREE)
    if lines is None:
        assert answered.samples and all(
            math.isnan(v) for line in answered.lines for v in line.values if v is not None
        )
        return
    found = [
        (line.cohort, [None if v is None else round(v, 1) for v in line.values]) for line in answered.lines
    ]
    assert found == [line for line in lines if any(v is not None for v in line[1])]
    assert ask("metrics", server, query, THREE) == answered


def test_scrape_at_the_end_of_a_window_belongs_to_the_next_one(server: str) -> None:
    # a's counter stands at 120 at noon sharp: the window that ends there has not seen it
    (line,) = ask(
        "metrics", server, 'max_over_time(frames_dropped_total{cohort_key="a"}[$window])', THREE
    ).lines
    assert line.values[:2] == (59, 119)


def test_real_server_says_what_is_wrong_with_a_query(server: str) -> None:
    with pytest.raises(DocumentError, match=r"answers 400: bad_data: .*parse error"):
        ask("metrics", server, "sum by (", THREE)
    with pytest.raises(DocumentError, match="two series"):
        ask("metrics", server, "frames_total or label_replace(frames_total, 'pod', 'x', '', '')", THREE)
