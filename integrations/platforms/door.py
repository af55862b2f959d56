"""What any platform's gateway does to requests and answers when it misbehaves: before the platform acts, and after."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import format_datetime

from .base import Platform, Request, Response, World

HTML = "<html><head><title>502</title></head><body><h1>网关错误</h1></body></html>".encode()


def at_the_door(world: World, platform: Platform, request: Request) -> Response:
    """The platform's answer with whatever misbehaviour of its gateway is due."""
    if (early := _before(world, platform, request)) is not None:
        return early
    slow = world.switchboard.due(platform.name, "slow", request.path)
    with platform.lock:
        response = platform.handle(request) or Response(404, b"", {"Content-Type": "text/plain"})
    if slow:
        response.delay = world.switchboard.seconds(platform.name, "slow", 30)
    return _after(world, platform, request, response)


def _before(world: World, platform: Platform, request: Request) -> Response | None:
    """Answers instead of acting: nothing at all, slow down (seconds), maintenance (an HTTP date)."""
    if world.switchboard.due(platform.name, "down", request.path):
        return Response(drop=True)
    if world.switchboard.due(platform.name, "rate_limit", request.path):
        seconds = world.switchboard.seconds(platform.name, "rate_limit", 1)
        return platform.refusal(429, {"Retry-After": f"{seconds:.0f}"})
    if world.switchboard.due(platform.name, "maintenance", request.path):
        seconds = world.switchboard.seconds(platform.name, "maintenance", 2)
        until = (world.clock.now() + timedelta(seconds=seconds)).astimezone(UTC)
        return platform.refusal(503, {"Retry-After": format_datetime(until, usegmt=True)})
    return None


def _after(world: World, platform: Platform, request: Request, response: Response) -> Response:
    """What becomes of an answer after the platform has acted; unclear outcomes only of commands, cut pages only of queries."""
    if request.method == "POST":
        if world.switchboard.due(platform.name, "error_after_commit", request.path):
            return Response(500, HTML, {"Content-Type": "text/html; charset=utf-8"}, delay=response.delay)
        response.drop = response.drop or world.switchboard.due(platform.name, "drop_after_commit", request.path)
    elif world.switchboard.due(platform.name, "cut_page", request.path):
        response.cut = True
    if "json" in response.headers.get("Content-Type", "") and world.switchboard.due(platform.name, "gbk", request.path):
        response.body = response.body.decode().encode("gb18030")
        response.headers["Content-Type"] = "application/json"
    return response
