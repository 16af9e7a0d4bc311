"""Interpolating in a table on the graphics card, through Qt's OpenGL; off the screen.

Knows nothing of looks and settings: what it is given are a picture's code values, where each
lies along a table's edges, and the table. The interpolation is tetrahedral and in the shader, as
OpenColorIO does it: a card's own is trilinear, with weights of eight bits.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGL import (
    QOpenGLFramebufferObject,
    QOpenGLFramebufferObjectFormat,
    QOpenGLPixelTransferOptions,
    QOpenGLShader,
    QOpenGLShaderProgram,
    QOpenGLTexture,
    QOpenGLVertexArrayObject,
)
from shiboken6 import VoidPtr

from imgtune_gui.workers.gpu_preview import GpuError

_DESKTOP, _EMBEDDED = (3, 3), (3, 0)  # OpenGL, OpenGL ES: what has what the shaders use

_FLAT, _SOLID = QOpenGLTexture.Target.Target2D, QOpenGLTexture.Target.Target3D
_FORMATS, _SOURCES = QOpenGLTexture.TextureFormat, QOpenGLTexture.PixelFormat
_KINDS = QOpenGLTexture.PixelType
#: As what a texture is stored, and what its data are.
_CODES = _FORMATS.RGB8U, _SOURCES.RGB_Integer, _KINDS.UInt8
_PLACES = _FORMATS.R32F, _SOURCES.Red, _KINDS.Float32
_COLOURS = _FORMATS.RGB32F, _SOURCES.RGB, _KINDS.Float32

# Of the GL's registry.
_RENDERER, _MAX_SIDE = 0x1F01, 0x0D33
_TRIANGLES, _RGBA, _BYTES, _RGBA8 = 0x0004, 0x1908, 0x1401, 0x8058
_DITHER, _BLEND = 0x0BD0, 0x0BE2

#: Of textures, by what the shader calls them.
_UNITS = {"picture": 0, "axis": 1, "points": 2}

_VERTICES = """
void main() {  // one triangle that covers the picture
    vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
    gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0);
}
"""

_FRAGMENTS = """
uniform highp usampler2D picture;
uniform highp sampler2D axis;
uniform highp sampler3D points;
out highp vec4 shown;

void main() {
    uvec3 code = texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb;
    vec3 place = vec3(
        texelFetch(axis, ivec2(int(code.r), 0), 0).r,
        texelFetch(axis, ivec2(int(code.g), 0), 0).r,
        texelFetch(axis, ivec2(int(code.b), 0), 0).r);
    int last = textureSize(points, 0).x - 1;
    place *= float(last);
    ivec3 cell = min(ivec3(place), ivec3(last - 1));
    vec3 in_cell = place - vec3(cell);
    float most = max(in_cell.r, max(in_cell.g, in_cell.b));
    float least = min(in_cell.r, min(in_cell.g, in_cell.b));
    float middle = in_cell.r + in_cell.g + in_cell.b - most - least;
    // From the first corner along the axes in the order of their coordinates, to the last. Where
    // two are equal, the corner between them weighs nothing.
    ivec3 first = in_cell.r == most ? ivec3(1, 0, 0)
                : in_cell.g == most ? ivec3(0, 1, 0) : ivec3(0, 0, 1);
    ivec3 second = in_cell.b == least ? ivec3(1, 1, 0)
                 : in_cell.g == least ? ivec3(1, 0, 1) : ivec3(0, 1, 1);
    vec3 colour = (1.0 - most) * texelFetch(points, cell.bgr, 0).rgb
                + (most - middle) * texelFetch(points, (cell + first).bgr, 0).rgb
                + (middle - least) * texelFetch(points, (cell + second).bgr, 0).rgb
                + least * texelFetch(points, (cell + ivec3(1)).bgr, 0).rgb;
    shown = vec4(colour.bgr, 1.0);  // as 32-bit pictures lie in memory
}
"""


class GlDevice:
    """Lives in the thread that makes it, and ends there with :meth:`close`; the ``surface`` is
    the main thread's. Every method raises GpuError when the card did not do it."""

    def __init__(self, surface: QOffscreenSurface) -> None:
        self._surface = surface
        self._textures: dict[str, QOpenGLTexture] = {}
        self._frame: QOpenGLFramebufferObject | None = None
        self._context = QOpenGLContext()
        self._context.setFormat(wanted_format())
        if not (surface.isValid() and self._context.create()):
            raise GpuError("no context")
        self._current()
        if tuple(self._context.format().version()) < (
            _EMBEDDED if self._context.isOpenGLES() else _DESKTOP
        ):
            raise GpuError("its OpenGL is too old")
        self._gl: Any = self._context.extraFunctions()
        self.renderer: str = self._gl.glGetString(_RENDERER) or ""
        self._most: Any = self._gl.glGetIntegerv(_MAX_SIDE)
        self._read = self._reader()
        self._program = self._built()
        self._vertices = QOpenGLVertexArrayObject()
        self._vertices.create()

    def take(self, pixels: npt.NDArray[np.uint8], axis: npt.NDArray[np.float32]) -> None:
        """See :class:`Device`."""
        self._current()
        height, width, _ = pixels.shape
        if max(width, height) > self._most:
            raise GpuError(f"{width} x {height} is too large for it")
        self._drop()
        self._store("picture", _FLAT, (width, height, 1), _CODES, pixels)
        self._store("axis", _FLAT, (len(axis), 1, 1), _PLACES, axis)
        form = QOpenGLFramebufferObjectFormat()
        form.setInternalTextureFormat(_RGBA8)
        self._frame = QOpenGLFramebufferObject(width, height, form)
        if not self._frame.isValid():
            raise GpuError("no picture can be drawn to")
        self._check()

    def draw(self, points: npt.NDArray[np.float32], out: npt.NDArray[np.uint8]) -> None:
        """See :class:`Device`."""
        self._current()
        assert self._frame is not None
        height, width, _ = out.shape
        grid = round(len(points) ** (1 / 3))
        self._store("points", _SOLID, (grid, grid, grid), _COLOURS, points)
        gl = self._gl
        self._frame.bind()
        gl.glViewport(0, 0, width, height)
        for state in (_DITHER, _BLEND):
            gl.glDisable(state)
        self._program.bind()
        for name, texture in self._textures.items():
            texture.bind(_UNITS[name])
        self._vertices.bind()
        gl.glDrawArrays(_TRIANGLES, 0, 3)
        # A lost context draws nothing and may say nothing of it.
        out[0, 0, 3] = out[-1, -1, 3] = 0
        self._read(0, 0, width, height, _RGBA, _BYTES, out.ctypes.data)
        self._check()
        if out[0, 0, 3] != 255 or out[-1, -1, 3] != 255:
            raise GpuError("the picture did not come back")

    def close(self) -> None:
        """Gives everything back; in the thread that made it."""
        if self._context.makeCurrent(self._surface):
            self._drop()
            self._vertices.destroy()
            self._program.removeAllShaders()
            del self._vertices, self._program
            self._context.doneCurrent()
        del self._gl, self._context

    def _reader(self) -> Any:
        """Of what was drawn. Not by Qt's functions: they keep the interpreter's lock, for which
        the main thread would wait as long as the card draws."""
        address = self._context.getProcAddress(b"glReadPixels")
        if not address:
            raise GpuError("it cannot be read from")
        numbers = [ctypes.c_int] * 4 + [ctypes.c_uint] * 2
        return ctypes.CFUNCTYPE(None, *numbers, ctypes.c_void_p)(address)

    def _built(self) -> QOpenGLShaderProgram:
        embedded = self._context.isOpenGLES()
        head = "#version 300 es\nprecision highp float;\n" if embedded else "#version 330 core\n"
        kinds = QOpenGLShader.ShaderTypeBit
        program = QOpenGLShaderProgram()
        for kind, text in ((kinds.Vertex, _VERTICES), (kinds.Fragment, _FRAGMENTS)):
            if not program.addShaderFromSourceCode(kind, head + text):
                raise GpuError("its compiler refused the shader")
        if not (program.link() and program.bind()):
            raise GpuError("its compiler refused the shader")
        for name, unit in _UNITS.items():
            program.setUniformValue1i(program.uniformLocation(name), unit)
        return program

    def _store(
        self,
        name: str,
        target: QOpenGLTexture.Target,
        size: tuple[int, int, int],
        kind: tuple[Any, Any, Any],
        data: npt.NDArray[Any],
    ) -> None:
        """``data`` as what the shader calls ``name``."""
        stored, source, numbers = kind
        texture = self._textures.get(name)
        if texture is None:
            texture = self._textures[name] = QOpenGLTexture(target)
            texture.setFormat(stored)
            texture.setSize(*size)
            texture.setAutoMipMapGenerationEnabled(False)
            texture.allocateStorage(source, numbers)
            if not texture.isStorageAllocated():
                raise GpuError("a texture was refused")
            texture.setMinMagFilters(QOpenGLTexture.Filter.Nearest, QOpenGLTexture.Filter.Nearest)
        tight = QOpenGLPixelTransferOptions()  # rows of three bytes a pixel end anywhere
        tight.setAlignment(1)
        data = np.ascontiguousarray(data)
        pointer: Any = VoidPtr(data.ctypes.data)
        texture.setData(source, numbers, pointer, tight)

    def _drop(self) -> None:
        for texture in self._textures.values():
            texture.destroy()
        self._textures.clear()
        self._frame = None

    def _current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise GpuError("the context was lost")

    def _check(self) -> None:
        code = self._gl.glGetError()
        if code:
            raise GpuError(f"error {code:#x}")


def wanted_format() -> QSurfaceFormat:
    """Of the context and of its surface."""
    form = QSurfaceFormat()
    if QOpenGLContext.openGLModuleType() == QOpenGLContext.OpenGLModuleType.LibGL:
        form.setVersion(*_DESKTOP)
        form.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    else:
        form.setVersion(*_EMBEDDED)
    return form
