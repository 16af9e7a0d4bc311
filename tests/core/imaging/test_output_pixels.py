"""Resizing, sharpening and profiles of exported pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from model_core.domain.export import FORMATS, MEDIA, PROFILES, SHARPENING, ExportOptions
from model_core.imaging.colour import SPACES, from_working, to_working
from model_core.imaging.decode import decode
from model_core.imaging.encode import encode
from model_core.imaging.output.profile import icc_profile
from model_core.imaging.output.sharpen import sharpen
from model_core.imaging.output.size import resize
from tests.core.imaging.written import written
from tests.core.pictures import ADOBE_COLORANTS, P3_COLORANTS, SRGB_COLORANTS, scene

depths = pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
profiles = pytest.mark.parametrize("profile", PROFILES)


def deep(pixels: Any, dtype: Any) -> Any:
    return pixels.astype(dtype) * (257 if dtype is np.uint16 else 1)


class TestResizing:
    @depths
    def test_keeps_the_integers_and_flat_colours(self, dtype: Any) -> None:
        pixels = deep(np.full((90, 120, 3), (200, 30, 7)), dtype)
        for size in ((40, 30), (119, 89), (240, 180)):
            found = resize(pixels, size, "srgb")
            assert found.dtype == dtype
            assert found.shape == (size[1], size[0], 3)
            assert np.abs(found.astype(int) - pixels[0, 0]).max() <= 1

    @depths
    def test_averages_light_and_not_code_values(self, dtype: Any) -> None:
        board = (np.indices((64, 64)).sum(axis=0) % 2 * 255)[..., None].repeat(3, axis=2)
        middle = resize(deep(board, dtype), (16, 16), "srgb")[4:12, 4:12]
        half = 188 * (257 if dtype is np.uint16 else 1)  # sRGB code of half the light
        assert np.abs(middle.astype(int) - half).max() <= half * 0.02

    def test_sixteen_bits_keep_what_eight_would_lose(self) -> None:
        ramp = np.linspace(20_000, 21_000, 3000)[None, :, None].repeat(300, 0).repeat(3, 2)
        found = resize(ramp.astype(np.uint16), (1000, 100), "srgb")
        assert len(np.unique(found)) > 900

    @depths
    def test_edges_get_no_halo(self, dtype: Any) -> None:
        step = np.full((200, 200, 3), 63)
        step[:, 100:] = 250
        found = resize(deep(step, dtype), (68, 68), "srgb").astype(int)
        assert found.min() >= deep(np.array(62), dtype)
        assert found.max() <= deep(np.array(251), dtype)

    @pytest.mark.parametrize("size", [(290, 97), (120, 80), (200, 133)])
    def test_is_lanczos_of_light(self, size: tuple[int, int]) -> None:
        coarse = np.random.default_rng(0).integers(60, 200, (5, 6, 3), np.uint8)
        pixels = np.asarray(Image.fromarray(coarse).resize((300, 200), Image.Resampling.BICUBIC))
        light = to_working(pixels / 255, "srgb").astype(np.float32)
        planes = [
            np.asarray(Image.fromarray(light[..., c]).resize(size, Image.Resampling.LANCZOS))
            for c in range(3)
        ]
        expected = from_working(np.stack(planes, -1), "srgb") * 255
        # Smooth as it is, its local averages hold nothing back but at its very extremes.
        found = resize(pixels, size, "srgb")
        assert np.abs(found - expected).mean() < 0.6
        assert np.abs(found - expected).max() < 3

    def test_large_ones_agree_with_small_ones(self) -> None:
        # Work is done in bands of rows: their seams must not show.
        pixels = scene(height=700, width=300)
        whole = resize(pixels, (150, 350), "srgb").astype(int)
        part = resize(pixels[100:600], (150, 250), "srgb").astype(int)
        assert np.abs(whole[60:290] - part[10:240]).max() <= 1


class TestSharpening:
    @depths
    def test_none_is_nothing(self, dtype: Any) -> None:
        pixels = deep(scene(), dtype)
        assert sharpen(pixels, "none", "screen", "srgb") is pixels

    @depths
    @pytest.mark.parametrize("medium", MEDIA)
    def test_more_gives_steeper_edges(self, dtype: Any, medium: str) -> None:
        coarse = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
        soft = Image.fromarray(coarse).resize((150, 100), Image.Resampling.BICUBIC)
        pixels = deep(np.asarray(soft), dtype)
        slopes = [
            np.abs(np.diff(sharpen(pixels, amount, medium, "srgb").astype(float), axis=1)).mean()
            for amount in SHARPENING
        ]
        assert slopes == sorted(slopes)
        assert slopes[3] > slopes[0] * 1.02

    @pytest.mark.parametrize("medium", MEDIA)
    def test_an_edge_gets_no_halo(self, medium: str) -> None:
        ramp = np.concatenate([np.full(40, 60), [90, 125, 160], np.full(40, 190)])
        pixels = ramp[None, :, None].repeat(30, 0).repeat(3, 2).astype(np.uint8)
        found = sharpen(pixels, "high", medium, "srgb").astype(int)
        assert found.min() >= 60 - 0.08 * 130
        assert found.max() <= 190 + 0.08 * 130
        assert found[15, 41, 0] < 90 or found[15, 39, 0] < 60

    def test_grain_and_flat_areas_are_left_alone(self) -> None:
        flat = np.full((50, 50, 3), 128, np.uint8)
        assert np.array_equal(sharpen(flat, "high", "matte", "srgb"), flat)
        grain = np.random.default_rng(0).normal(30_000, 60, (100, 100, 1)).repeat(3, 2)
        pixels = grain.astype(np.uint16)
        found = sharpen(pixels, "standard", "screen", "srgb")
        assert found.std() < pixels.std() * 1.2

    def test_colours_keep(self) -> None:
        pixels = scene(3)
        found = sharpen(pixels, "high", "glossy", "srgb").astype(int)
        change = found - pixels
        # One change for all three channels, so differences between channels stay.
        assert (change.max(axis=2) - change.min(axis=2)).max() <= 1

    def test_bands_have_no_seams(self) -> None:
        pixels = scene(height=400, width=90)
        whole = sharpen(pixels, "high", "matte", "srgb")
        part = sharpen(pixels[90:300], "high", "matte", "srgb")
        assert np.array_equal(whole[100:290], part[10:200])

    @depths
    @pytest.mark.parametrize("height", [3, 127, 128, 131, 400])
    def test_over_the_pixels_themselves(self, dtype: Any, height: int) -> None:
        pixels = deep(scene(height=height, width=30), dtype)
        expected = sharpen(pixels.copy(), "high", "matte", "srgb")
        assert sharpen(pixels, "high", "matte", "srgb", over=True) is pixels
        assert np.array_equal(pixels, expected)

    @depths
    def test_is_applied_by_export(self, tmp_path: Path, dtype: Any) -> None:
        pixels = deep(scene(), dtype)
        depth = np.dtype(dtype).itemsize * 8
        plain, crisp = (
            encode(pixels, tmp_path / "a.jpg", ExportOptions("tiff", depth=depth, sharpen=amount))
            for amount in ("none", "high")
        )
        assert plain != crisp


class TestProfiles:
    @profiles
    def test_lcms_sees_the_same_colours(self, profile: str) -> None:
        icc = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(profile)))
        codes = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        # From sRGB, which lies within all of them, so that nothing is clipped.
        seen = ImageCms.profileToProfile(
            Image.fromarray(codes), ImageCms.createProfile("sRGB"), icc, outputMode="RGB"
        )
        ours = from_working(to_working(codes / 255.0, "srgb"), profile) * 255
        assert np.abs(np.asarray(seen) - ours).max() <= 1.0

    @pytest.mark.parametrize(
        ("profile", "published"),
        [("srgb", SRGB_COLORANTS), ("display-p3", P3_COLORANTS), ("adobe-rgb", ADOBE_COLORANTS)],
    )
    def test_colorants_are_the_published_ones(self, profile: str, published: Any) -> None:
        found = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(profile))).profile
        for name, expected in zip(("red", "green", "blue"), published, strict=True):
            assert np.allclose(getattr(found, f"{name}_colorant")[0], expected, atol=6e-4)

    @pytest.mark.parametrize("name", FORMATS)
    @profiles
    def test_are_embedded_and_read_back(self, tmp_path: Path, name: str, profile: str) -> None:
        image = written(tmp_path / "a.jpg", scene(), format=name, profile=profile)
        icc = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert ImageCms.getProfileDescription(icc).strip() == SPACES[profile].label
        path = tmp_path / f"out{FORMATS[name].suffixes[0]}"
        path.write_bytes(encode(scene(), tmp_path / "a.jpg", ExportOptions(name, profile=profile)))
        assert decode(path).space == profile
