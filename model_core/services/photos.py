"""Opening photos, and what the networks see of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import IDENTITY
from model_core.domain.errors import UnreadablePhoto
from model_core.domain.image import Proxy
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.imaging.decode import MAX_PIXELS, decode_proxy, embedded_preview, photo_id
from model_core.imaging.render import PREVIEW_GRID, render
from model_core.predict.onnx_network import network_input, thumbnail_of
from model_core.predict.scenes import view_of
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog
from model_core.storage.files_table import Stamp

PREVIEW_SIDE = 1800  # long side of the loupe's proxy, about 2 MP
#: Long side of the proxy that the network sees; fine for thumbnails too. Twice what the network
#: takes: scaling it by a whole factor takes half of the time that 512 takes.
ANALYSIS_SIDE = 448

#: Photos that declare more are refused unless the user sets another limit.
MAX_MEGAPIXELS = MAX_PIXELS / 1e6

_KEPT_THUMBNAILS = 2_000


def _stamp(path: Path) -> Stamp | None:
    try:
        return Stamp.of(path)
    except OSError:  # decoding it says so
        return None


class Photos:
    """Photos from files, within ``max_megapixels``, which may be set at any time."""

    def __init__(self, catalog: Catalog, predictors: Predictors, max_megapixels: float) -> None:
        self._catalog, self._predictors = catalog, predictors
        self.max_megapixels = max_megapixels
        self._lock = threading.Lock()
        self._thumbnails: OrderedDict[PhotoId, bytes] = OrderedDict()

    @property
    def max_pixels(self) -> int:
        return round(self.max_megapixels * 1e6)

    def open(self, path: Path, long_side: int) -> tuple[Photo, Proxy]:
        stamp = _stamp(path)
        photo, proxy = decode_proxy(path, long_side, max_pixels=self.max_pixels)
        # One that is being written is another one in a moment, and is looked at again then.
        if stamp is not None and stamp == _stamp(path):
            self._catalog.note_photo(photo, stamp)
        else:
            self._catalog.upsert_photo(photo)
        if long_side == ANALYSIS_SIDE:
            self._keep_thumbnail(photo.id, network_input(proxy))
        return photo, proxy

    def quick_thumbnail(self, path: Path, long_side: int) -> npt.NDArray[np.uint8] | None:
        found = embedded_preview(path, long_side, max_pixels=self.max_pixels)
        if found is None:
            return None
        return cast(npt.NDArray[np.uint8], render(found, IDENTITY, grid=PREVIEW_GRID))

    def analyse(self, photo: Photo, style: str, proxy: Proxy | None) -> PhotoFeatures:
        version = self._predictors.serving(style)
        cached = self._catalog.get_features(photo.id, version)
        if cached is not None:
            return cached
        if proxy is None or max(proxy.width, proxy.height) > ANALYSIS_SIDE:
            _, proxy = decode_proxy(photo.path, ANALYSIS_SIDE, max_pixels=self.max_pixels)
        image = network_input(proxy)
        if photo.id not in self._thumbnails:  # opening it kept one
            self._keep_thumbnail(photo.id, image)
        features = self._predictors.network(style, version).analyse(photo.id, image)
        self._catalog.put_features(features)
        self._predictors.seen(photo.id, version)
        self._catalog.put_view(photo.id, view_of(image))
        return features

    def seen(self, path: Path, style: str) -> PhotoFeatures:
        """What the style's network sees in the photo at ``path``, which is decoded only when
        that is not known. Raises UnreadablePhoto."""
        identity = photo_id(path)
        cached = self._catalog.get_features(identity, self._predictors.serving(style))
        if cached is not None and self._catalog.photo(identity) is not None:
            return cached
        photo, proxy = self.open(path, ANALYSIS_SIDE)
        return self.analyse(photo, style, proxy)

    def thumbnail(self, photo: Photo) -> bytes | None:
        """What the network saw of a photo, as JPEG; None when it cannot be read any more."""
        if photo.id not in self._thumbnails:
            try:
                _, proxy = decode_proxy(photo.path, ANALYSIS_SIDE, max_pixels=self.max_pixels)
                self._keep_thumbnail(photo.id, network_input(proxy))
            except UnreadablePhoto:
                return None
        return self._thumbnails[photo.id]

    def kept_thumbnail(self, photo: PhotoId) -> bytes | None:
        """What the network saw of a photo lately, without asking its file."""
        return self._thumbnails.get(photo)

    def _keep_thumbnail(self, photo: PhotoId, image: npt.NDArray[np.uint8]) -> None:
        data = thumbnail_of(image)
        with self._lock:
            self._thumbnails[photo] = data
            self._thumbnails.move_to_end(photo)
            while len(self._thumbnails) > _KEPT_THUMBNAILS:
                self._thumbnails.popitem(last=False)
