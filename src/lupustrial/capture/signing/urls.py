"""Addresses: signatures bound to what was signed."""

from __future__ import annotations

from django.urls import path

from lupustrial.capture.queries import plain
from lupustrial.capture.signing import _sign_view, _views

urlpatterns = [
    path("signatures", plain(_views.signing_view), name="signing"),
    path("signatures/<number:number>", plain(_views.signature_view), name="signature"),
    path("signatures/<number:number>/proof", plain(_views.proof_view), name="signature-proof"),
    path("sign", plain(_sign_view.sign_view), name="sign"),
]
