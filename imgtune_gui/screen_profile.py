"""The colour profile that the system holds for a screen; Qt does not tell it.

X11: the property ``_ICC_PROFILE`` of the root window ("ICC Profiles in X Specification" 0.4),
which colour managers such as colord set. Windows and macOS: what their graphics systems say.
Wayland converts by itself, or not at all: nothing is known there.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from ctypes import byref, c_char_p, c_int, c_long, c_ubyte, c_uint32, c_ulong, c_void_p
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QScreen

_LARGEST = 16 * 1024**2  # bytes of a profile; more is no profile


def system_profile(screen: QScreen) -> bytes | None:
    """The profile's bytes; None where the system knows none."""
    try:
        found = _read(screen)
    except (OSError, AttributeError, ctypes.ArgumentError):
        return None  # a library or a function that this system does not have
    return found or None


def _read(screen: QScreen) -> bytes | None:
    platform = QGuiApplication.platformName()
    if platform == "xcb":
        return _from_x11(QGuiApplication.screens().index(screen))
    if platform == "windows":
        return _from_windows(screen.name())
    if platform == "cocoa":
        return _from_macos(screen)
    return None


def _from_x11(number: int) -> bytes | None:
    """``number``: of the screen, whose atom ends in it but for the first."""
    xlib = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    xlib.XOpenDisplay.restype = c_void_p
    display = xlib.XOpenDisplay(None)
    if not display:
        return None
    handle = c_void_p(display)
    xlib.XDefaultRootWindow.restype = c_ulong
    xlib.XInternAtom.restype = c_ulong
    try:
        name = "_ICC_PROFILE" if number == 0 else f"_ICC_PROFILE_{number}"
        atom = xlib.XInternAtom(handle, c_char_p(name.encode()), c_int(1))
        if not atom:
            return None
        kind, size, left, data = c_ulong(), c_ulong(), c_ulong(), c_void_p()
        width = c_int()
        xlib.XGetWindowProperty(
            handle, c_ulong(xlib.XDefaultRootWindow(handle)), c_ulong(atom), c_long(0),
            c_long(_LARGEST // 4), c_int(0), c_ulong(0), byref(kind), byref(width), byref(size),
            byref(left), byref(data),
        )  # fmt: skip
        if not data:
            return None
        whole = width.value == 8 and left.value == 0
        found = ctypes.string_at(data.value or 0, size.value) if whole else None
        xlib.XFree(data)
        return found
    finally:
        xlib.XCloseDisplay(handle)


def _from_windows(name: str) -> bytes | None:
    """``name``: of the screen's device, such as ``\\\\.\\DISPLAY1``."""
    if sys.platform != "win32":
        return None
    gdi = ctypes.WinDLL("gdi32")
    gdi.CreateDCW.restype = c_void_p
    context = c_void_p(gdi.CreateDCW(ctypes.c_wchar_p(name), None, None, None))
    if not context:
        return None
    try:
        length = c_uint32(1024)
        file = ctypes.create_unicode_buffer(length.value)
        if not gdi.GetICMProfileW(context, byref(length), file):
            return None
        return Path(file.value).read_bytes()
    finally:
        gdi.DeleteDC(context)


def _from_macos(screen: QScreen) -> bytes | None:
    """Of the display that holds the middle of ``screen``."""
    graphics = ctypes.CDLL(ctypes.util.find_library("CoreGraphics"))
    foundation = ctypes.CDLL(ctypes.util.find_library("CoreFoundation"))

    class Point(ctypes.Structure):
        _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))

    middle = screen.geometry().center()
    display, count = c_uint32(), c_uint32()
    graphics.CGGetDisplaysWithPoint.argtypes = (Point, c_uint32, c_void_p, c_void_p)
    point = Point(float(middle.x()), float(middle.y()))
    graphics.CGGetDisplaysWithPoint(point, 1, byref(display), byref(count))
    for function in (graphics.CGDisplayCopyColorSpace, graphics.CGColorSpaceCopyICCData):
        function.restype = c_void_p
    space = c_void_p(graphics.CGDisplayCopyColorSpace(display))
    data = c_void_p(graphics.CGColorSpaceCopyICCData(space)) if space else c_void_p()
    found = None
    if data:
        foundation.CFDataGetBytePtr.restype = ctypes.POINTER(c_ubyte)
        foundation.CFDataGetLength.restype = c_long
        size = foundation.CFDataGetLength(data)
        found = ctypes.string_at(foundation.CFDataGetBytePtr(data), size)
        foundation.CFRelease(data)
    if space:
        foundation.CFRelease(space)
    return found
