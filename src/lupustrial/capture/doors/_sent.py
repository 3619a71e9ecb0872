"""An export on its way out."""

from __future__ import annotations

from django.http import FileResponse

from lupustrial.capture.doors.export import Made

_TYPES = {
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sent(made: Made) -> FileResponse:
    """Return an export as a download that nobody on the way keeps."""
    response = FileResponse(
        made.file,
        as_attachment=True,
        filename=made.name,
        content_type=_TYPES[made.name.rpartition(".")[2]],
    )
    response["Content-Length"] = str(made.size)
    response["Cache-Control"] = "no-store"
    response["X-Export-SHA256"] = made.digest
    response["X-Export-Rows"] = str(made.rows)
    return response
