"""Readings as pictures: nothing is drawn that was not measured, and nothing that a workload says becomes markup."""

from __future__ import annotations

import math
from typing import Any

import pytest

from measurement.store import Reading
from tools.contract import Series
from ui.charts import axis_title, field_image, metrics_figure, png_address, series_figure, spark_path


def drawn(figure: Any) -> list[tuple[list[Any], list[Any]]]:
    return [(list(trace.x), list(trace.y)) for trace in figure.data]


def readings(metric: str, values: list[float]) -> list[Reading]:
    return [Reading("run-1", metric, step, value, 0.0) for step, value in enumerate(values)]


def test_series_is_drawn_as_it_is() -> None:
    figure: Any = series_figure(Series("energy", [1, 2, 3], [0.5, 0.25, 0.125], "step", "J"))
    assert drawn(figure) == [([1, 2, 3], [0.5, 0.25, 0.125])]
    assert figure.layout.xaxis.title.text == "step"
    assert figure.layout.yaxis.title.text == "J"


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_leaves_a_gap_and_no_number(odd: float) -> None:
    figure: Any = series_figure(Series("correlation", [1, 2, 3], [0.5, odd, 0.7]))
    assert drawn(figure) == [([1, 2, 3], [0.5, None, 0.7])]
    assert figure.data[0].connectgaps is False
    assert spark_path([1.0, 2.0, odd, 3.0, 4.0]).count("M") == 2


def test_each_metric_has_a_chart_of_its_own_in_the_given_order() -> None:
    figure: Any = metrics_figure(
        {"energy": readings("energy", [1, 2]), "correlation": readings("correlation", [3, 4])}, {"energy": "J"}
    )
    assert [note.text for note in figure.layout.annotations] == ["energy [J]", "correlation"]
    assert drawn(figure) == [([0, 1], [1, 2]), ([0, 1], [3, 4])]
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}


def test_a_hundred_metrics_and_none_can_be_drawn() -> None:
    many = {f"m{number}": readings(f"m{number}", [1.0]) for number in range(100)}
    assert len(drawn(metrics_figure(many, {}))) == 100
    assert drawn(metrics_figure({}, {})) == []


def test_words_of_a_workload_are_text() -> None:
    title = "<a href='https://example.org'>x</a>"
    figure: Any = metrics_figure({title: readings(title, [1, 2])}, {})
    assert "<" not in figure.layout.annotations[0].text
    single: Any = series_figure(Series(title, [1], [2], title, title))
    assert "<" not in str(single.layout.title.text)


def test_sparkline_spans_the_box_and_a_constant_is_its_middle() -> None:
    assert spark_path([0.0, 1.0], 100, 24) == "M0.0 23.0L100.0 1.0"
    assert spark_path([5.0, 5.0], 100, 24) == "M0.0 12.0L100.0 12.0"
    assert spark_path([7.0]) == ""
    assert spark_path([]) == ""


def test_sparkline_of_the_widest_numbers_stays_in_its_box() -> None:
    assert spark_path([-1.7e308, 1.7e308], 100, 24) == "M0.0 23.0L100.0 1.0"
    assert spark_path([1e-320, 2e-320]).startswith("M0.0")


def test_field_keeps_its_rows_and_goes_from_dark_to_bright() -> None:
    image = field_image(bytes([0, 128, 255, 0, 0, 255]), rows=2, columns=3)
    assert image.shape == (2, 3, 3)
    assert image[0, 0].tolist() == [68, 1, 84]
    assert image[0, 2].tolist() == image[1, 2].tolist() == [253, 231, 36]
    brightness = field_image(bytes(range(256)), 1, 256).astype(int) @ [299, 587, 114]
    assert (brightness[0, 1:] - brightness[0, :-1] > -500).all()


def test_field_that_does_not_fill_its_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="2 x 2 cells needs 4 bytes, not 3"):
        field_image(bytes(3), 2, 2)


def test_picture_needs_no_request() -> None:
    assert png_address(field_image(bytes(4), 2, 2)).startswith("data:image/png;base64,iVBOR")


def test_axis_says_the_unit_if_there_is_one() -> None:
    assert axis_title("fractal_dimension", "") == "fractal dimension"
    assert axis_title("energy", "J") == "energy [J]"
