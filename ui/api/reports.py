"""White papers: have one written, look what there is, fetch its files and its facts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path as File
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ui.house import House
from ui.replies import StrictJSON
from whitepapers.comparing import differences
from whitepapers.desk import Reports
from whitepapers.pages import picture
from whitepapers.paper import Wish

NO_DESK = "No reports are written in this launch."
Id = Annotated[str, Path(description="A report's id, such as report_20261121_104000", max_length=60)]
TYPES = {
    "tex": "text/x-tex",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "log": "text/plain; charset=utf-8",
}
NOT_IN_ZIP = ("state.json",)
ZIPPED = {".tex", ".pdf", ".bib", ".json", ".log", ".html", ".png"}


class ReportWish(BaseModel):
    """What to write about. ``run`` is a run's id or a workload's name; left out, it is the present run."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"focus": "correlation"}]})
    run: str | None = Field(None, max_length=200)
    title: str | None = Field(None, max_length=300)
    focus: str | None = Field(None, max_length=200)
    columns: Literal[1, 2] = 1


class Ordered(BaseModel):
    """The report's id; GET it to see how far it is."""

    id: str


class ReportShape(BaseModel):
    """A report. ``status`` is waiting, building, done or failed; ``links`` are there once it is done."""

    model_config = ConfigDict(extra="allow")
    id: str
    created_at: float
    run: str
    workload: str
    title: str
    status: Literal["waiting", "building", "done", "failed"]
    stage: str
    pdf: bool
    reason: str | None
    error: str | None
    links: dict[str, str]


class ReportList(BaseModel):
    """All reports, newest first."""

    reports: list[ReportShape]


class Facts(BaseModel):
    """Every fact of a report: value, unit, method, how it is had again, digest."""

    model_config = ConfigDict(extra="allow")
    report: str
    run: str
    facts: list[dict[str, Any]]


class Differences(BaseModel):
    """The facts that two reports tell differently; ``change`` is in the unit of the first, null where it cannot be reckoned."""

    first: str
    second: str
    differences: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The routes of ``/api/reports``."""
    routes = APIRouter(prefix="/reports")

    def desk() -> Reports:
        return house.need(Reports, NO_DESK)

    @routes.post("", response_model=Ordered, status_code=202, summary="Have a white paper written")
    def order(request: Request, wish: ReportWish) -> StrictJSON:
        """Answered at once; the report is written while the run goes on."""
        house.store.flush()
        by = f"a program over REST ({request.client.host if request.client else 'unknown'})"
        report = desk().order(Wish(wish.run, wish.title, wish.focus, wish.columns, by))
        return StrictJSON({"id": report.id}, status_code=202)

    @routes.get("", response_model=ReportList, summary="All reports")
    def everything() -> StrictJSON:
        return StrictJSON({"reports": [report.to_json() for report in desk().list()]})

    @routes.get("/{id}/pages/{number}.png", response_class=Response, summary="A page as a picture")
    def page(id: Id, number: Annotated[int, Path(ge=1, le=9999)]) -> Response:
        return Response(picture(desk().file(id, "pdf"), number), media_type="image/png")

    _files(routes, desk)

    @routes.get("/{id}/facts", response_model=Facts, summary="A report's facts")
    def facts(id: Id) -> StrictJSON:
        return StrictJSON(desk().facts(id))

    @routes.get("/{id}/differences", response_model=Differences, summary="What another report says otherwise")
    def differ(id: Id, other: Annotated[str, Query(description="The other report's id", max_length=60)]) -> StrictJSON:
        found = differences(desk().facts(id), desk().facts(other))
        return StrictJSON({"first": id, "second": other, "differences": [one.to_json() for one in found]})

    @routes.get("/{id}", response_model=ReportShape, summary="One report")
    def one(id: Id) -> StrictJSON:
        return StrictJSON(desk().get(id).to_json())

    return routes


def _files(routes: APIRouter, desk: Any) -> None:
    @routes.get("/{id}.zip", response_class=Response, summary="All files of a report")
    def zipped(id: Id) -> Response:
        folder = desk().folder(id)
        named = f'attachment; filename="{desk().get(id).id}.zip"'
        return Response(_zip(folder), media_type="application/zip", headers={"Content-Disposition": named})

    for form in ("tex", "pdf", "html", "log"):
        _one_file(routes, desk, form)


def _one_file(routes: APIRouter, desk: Any, form: str) -> None:
    @routes.get(f"/{{id}}.{form}", response_class=FileResponse, summary=f"A report's .{form}", name=f"report_{form}")
    def one_file(id: Id) -> FileResponse:
        return FileResponse(desk().file(id, form), media_type=TYPES[form])


def _zip(folder: File) -> bytes:
    """Everything that belongs to the report, and nothing that TeX left behind."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in ZIPPED and path.name not in NOT_IN_ZIP:
                archive.write(path, f"{folder.name}/{path.relative_to(folder)}")
    return packed.getvalue()
