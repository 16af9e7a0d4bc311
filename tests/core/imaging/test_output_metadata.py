"""What exported copies tell of the photo, by readers that did not write it."""

from __future__ import annotations

import io
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from model_core import xmp
from model_core.domain.export import FORMATS, ExportOptions
from model_core.domain.marks import UNMARKED, Colour, Flag, Marks
from model_core.imaging.encode import encode
from model_core.imaging.output import iptc
from tests.core.imaging.written import iptc_of, packet_of, reopened, written
from tests.core.pictures import exif, quarters, scene, write_scene

pillow_heif.register_heif_opener()

formats = pytest.mark.parametrize("name", FORMATS)
with_iptc = pytest.mark.parametrize("name", ["jpeg", "tiff"])
PIXELS = scene(height=48, width=72)
DETAIL, GPS = 0x8769, 0x8825

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
   xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:my="http://example.com/mine/"
   xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
   xmp:Rating="4" xmp:Label="Red" crs:Exposure2012="+3.00" tiff:Orientation="6"
   exif:GPSLatitude="47,22.5N" photoshop:City="Zürich" aux:Lens="50 mm f/1.8"
   my:Note="kept" exif:PixelXDimension="6000">
  <dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Bag>
    <rdf:li>otter</rdf:li><rdf:li>Fluß</rdf:li></rdf:Bag></dc:subject>
  <dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt>
    <rdf:li xml:lang="x-default">© Jane Doe</rdf:li></rdf:Alt></dc:rights>
  <dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Seq>
    <rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator>
  <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
 </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()

IIM = iptc.serialise(
    [
        (2, 5, b"A title"),
        (2, 25, b"river"),
        (2, 25, b"otter"),
        (2, 80, b"Jane Doe"),
        (2, 90, "Zürich".encode()),
        (2, 116, "© Jane Doe".encode()),
    ]
)


#: Ways in which a packet tells a place: as attributes ("a") or elements ("e").
PLACES = (
    'a drone-dji:GpsLatitude="PLACE" drone-dji:GpsLongitude="PLACE"',
    'a drone-dji:AbsoluteAltitude="PLACE" geo:lat="PLACE" geo:long="PLACE" geo:alt="PLACE"',
    'a xmpDM:shotLocation="PLACE" exif:GPSLatitude="PLACE" photoshop:City="PLACE"',
    "e <drone-dji:GpsLatitude>PLACE</drone-dji:GpsLatitude>",
    "e <geo:Point rdf:parseType='Resource'><geo:lat>PLACE</geo:lat></geo:Point>",
    "e <xmpDM:shotLocation>PLACE</xmpDM:shotLocation>",
    "e <my:Shot rdf:parseType='Resource'><drone-dji:GpsLatitude>PLACE</drone-dji:GpsLatitude>"
    "</my:Shot>",
    "e <my:Shots><rdf:Bag><rdf:li><rdf:Description geo:lat='PLACE'/></rdf:li></rdf:Bag></my:Shots>",
    "e <my:Shot geo:lat='PLACE' xmpDM:shotLocation='PLACE'/>",
    "e <Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li rdf:parseType='Resource'>"
    "<Iptc4xmpExt:City>PLACE</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationShown>",
)


def placed(place: str) -> bytes:
    """A packet that tells a place in one of PLACES's ways, and something else."""
    kind, _, text = place.partition(" ")
    names = {
        "drone-dji": "http://www.dji.com/drone-dji/1.0/",
        "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
        "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "my": "http://example.com/mine/",
    }
    words = (
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>KEPT WORDS</rdf:li></rdf:Alt></dc:title>"
    )
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    attributes, elements = (text, "") if kind == "a" else ("", text)
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>
      <rdf:Description rdf:about="" {declared} my:Note="KEPT" {attributes}>{elements}{words}
      </rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def values(packet: bytes, prefixed: str) -> list[str]:
    """All texts of one property of a packet, by the standard library alone."""
    key = xmp.name(prefixed)
    root = ET.fromstring(packet.decode())
    found = [e.attrib[key] for e in root.iter() if key in e.attrib]
    for element in root.iter(key):
        found += [t.strip() for t in element.itertext() if t.strip()]
    return found


def entries(tiff: bytes, at: int) -> dict[int, tuple[int, int]]:
    """Of a directory of a TIFF structure: the type of each tag, and its value or where it is."""
    order = "<" if tiff[:2] == b"II" else ">"
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    rows = [struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * i) for i in range(count)]
    return {tag: (kind, value) for tag, kind, _, value in rows}


def photo(folder: Path, name: str = "a.jpg", packet: bytes = PACKET, **tags: Any) -> Path:
    options: dict[str, Any] = {"xmp": packet, "exif": exif(**tags)}
    if name.endswith("tif"):
        options = {"tiffinfo": {700: packet, 33723: IIM}, "exif": exif(**tags).tobytes()}
    path = write_scene(folder / name, **options)
    if name.endswith("jpg"):
        data, block = path.read_bytes(), b"Photoshop 3.0\0" + iptc.as_resource(IIM)
        head = struct.pack(">BBH", 0xFF, 0xED, len(block) + 2)
        path.write_bytes(data[:2] + head + block + data[2:])
    return path


class TestExif:
    SOURCES = ("a.jpg", "a.png", "a.tif", "a.webp", "a.heic", "a.avif")

    def original(self, folder: Path, name: str, **tags: Any) -> Path:
        return write_scene(folder / name, exif=exif(**tags).tobytes())

    @formats
    @pytest.mark.parametrize("source", SOURCES)
    def test_is_kept_and_the_orientation_reset(
        self, tmp_path: Path, name: str, source: str
    ) -> None:
        image = written(self.original(tmp_path, source, orientation=6), PIXELS, format=name)
        found = image.getexif()
        detail = found.get_ifd(DETAIL)
        assert found.get(0x0112, 1) == 1
        assert (found[0x0110], detail[0x9003], detail[0x8827]) == (
            "Camera X", "2024:05:01 10:20:30", 400
        )  # fmt: skip
        assert found.get_ifd(GPS)[2] == (1.0, 2.0, 3.0)
        assert found[0x0131].startswith("imgtune ")
        assert np.asarray(image).shape == PIXELS.shape

    @formats
    def test_says_the_copys_size_and_colour_space(self, tmp_path: Path, name: str) -> None:
        tags = exif()
        tags.get_ifd(DETAIL).update({0xA002: 6000, 0xA003: 4000, 0xA001: 1})
        path = write_scene(tmp_path / "a.jpg", exif=tags)
        found = written(path, PIXELS, format=name, long_side=36).getexif().get_ifd(DETAIL)
        assert (found[0xA002], found[0xA003], found[0xA001]) == (36, 24, 1)
        wide = written(path, PIXELS, format=name, profile="display-p3").getexif()
        assert wide.get_ifd(DETAIL)[0xA001] == 0xFFFF

    @formats
    def test_has_no_maker_note_and_no_thumbnail(self, tmp_path: Path, name: str) -> None:
        found = written(self.original(tmp_path, "a.jpg"), PIXELS, format=name).getexif()
        assert 0x927C not in found.get_ifd(DETAIL)
        assert not found.get_ifd(0x0001)

    @formats
    @pytest.mark.parametrize("mode", ["CMYK", "L", "RGBA", "P", "1"])
    @pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
    def test_has_nothing_of_how_a_tiff_stored_its_pixels(
        self, tmp_path: Path, name: str, mode: str, compression: str | None
    ) -> None:
        path = tmp_path / "a.tif"
        tags = Image.Exif()
        tags[0x0110] = "Camera X"
        Image.fromarray(quarters()).convert(mode).save(path, compression=compression, exif=tags)
        image = written(path, PIXELS, format=name, quality=95)
        assert (image.mode, image.size) == ("RGB", (72, 48))
        assert np.abs(np.asarray(image).astype(int) - PIXELS).mean() < 4
        assert image.getexif()[0x0110] == "Camera X"

    def test_too_large_for_a_jpeg_loses_its_largest_part_only(self, tmp_path: Path) -> None:
        tags = exif()
        tags.get_ifd(DETAIL)[0x9286] = b"x" * 70_000
        path = write_scene(tmp_path / "a.png", exif=tags)
        found = written(path, PIXELS).getexif()
        assert found[0x0110] == "Camera X"
        assert 0x9286 not in found.get_ifd(DETAIL)
        assert 0x9286 in written(path, PIXELS, format="png").getexif().get_ifd(DETAIL)

    @formats
    def test_text_in_any_language_survives(self, tmp_path: Path, name: str) -> None:
        path = self.original(tmp_path, "a.jpg", t315="Žofie 写真".encode(), t33432=b"\xa9 Latin")
        data = encode(PIXELS, path, ExportOptions(name))
        assert "Žofie 写真".encode() in data
        assert b"\xa9 Latin" in data

    @formats
    @pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff\xe1 no picture", b"II*\0"])
    @pytest.mark.parametrize("suffix", [".jpg", ".nef"])
    def test_damaged_does_not_cost_the_picture(
        self, tmp_path: Path, name: str, content: bytes | None, suffix: str
    ) -> None:
        path = tmp_path / f"a{suffix}"
        if content is not None:
            path.write_bytes(content)
        assert written(path, PIXELS, format=name).size == (72, 48)

    @formats
    @pytest.mark.parametrize("suffix", [".nef", ".dng", ".cr2"])
    def test_of_a_raw_is_kept_without_its_structure(
        self, tmp_path: Path, name: str, suffix: str
    ) -> None:
        path = tmp_path / f"a{suffix}"
        tags = exif(orientation=8, t50706=b"\1\4\0\0", t33421=(2, 2), t50778=21)
        Image.fromarray(scene()).save(path, "TIFF", exif=tags.tobytes())
        image = written(path, PIXELS, format=name)
        found = image.getexif()
        assert (found[0x0110], found.get_ifd(DETAIL)[0x8827]) == ("Camera X", 400)
        assert found.get(0x0112, 1) == 1
        assert not {50706, 33421, 50778} & set(found)
        assert image.size == (72, 48)

    def test_of_a_tiff_is_read_by_others(self, tmp_path: Path) -> None:
        data = encode(PIXELS, photo(tmp_path), ExportOptions("tiff", depth=8))
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            tags: Any = file.pages[0].tags  # type: ignore[union-attr]
            assert tags["ExifTag"].value["ISOSpeedRatings"] == 400
            assert tags["GPSTag"].value["GPSLatitudeRef"] == "N"
            assert tags["Model"].value == "Camera X"
            assert np.array_equal(file.asarray(), PIXELS)

    def test_is_kept_of_a_name_too_long_for_a_sidecar(self, tmp_path: Path) -> None:
        path = write_scene(tmp_path / f"{'a' * 251}.jpg", exif=exif())
        assert written(path, PIXELS).getexif()[0x0110] == "Camera X"

    @pytest.mark.parametrize("name", ["jpeg", "tiff"])
    def test_has_the_types_of_the_standard(self, tmp_path: Path, name: str) -> None:
        tags = exif()
        tags.get_ifd(DETAIL).update(
            {0x9201: 7.5, 0x9204: 0.0, 0x9101: b"\1\2\3\0", 0x9286: b"ASCII\0\0\0hello", 0xA301: 1}
        )
        data = encode(PIXELS, write_scene(tmp_path / "a.jpg", exif=tags), ExportOptions(name))
        block = data if name == "tiff" else reopened(data).info["exif"][6:]
        first = struct.unpack_from("<I" if block[:2] == b"II" else ">I", block, 4)[0]
        found = entries(block, entries(block, first)[DETAIL][1])
        long, undefined, signed = 4, 7, 10
        assert [found[tag] for tag in (0xA002, 0xA003)] == [(long, 72), (long, 48)]
        assert [found[tag][0] for tag in (0x9201, 0x9204)] == [signed] * 2
        assert [found[tag][0] for tag in (0x9101, 0x9286, 0xA301)] == [undefined] * 3


class TestXmp:
    @formats
    @pytest.mark.parametrize("source", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"])
    def test_keeps_what_is_said_of_the_picture(
        self, tmp_path: Path, name: str, source: str
    ) -> None:
        if source == "a.png":
            from PIL import PngImagePlugin

            chunk = PngImagePlugin.PngInfo()
            chunk.add_itxt("XML:com.adobe.xmp", PACKET.decode())
            path = write_scene(tmp_path / source, pnginfo=chunk)
        else:
            path = photo(tmp_path, source)
        packet = packet_of(written(path, PIXELS, format=name))
        assert values(packet, "xmp:Rating") == ["4"]
        assert values(packet, "dc:subject") == ["otter", "Fluß"]
        assert values(packet, "dc:rights") == ["© Jane Doe"]
        assert values(packet, "dc:creator") == ["Jane Doe"]
        assert values(packet, "aux:Lens") == ["50 mm f/1.8"]
        assert b"kept" in packet

    @formats
    def test_has_no_settings_that_the_pixels_carry(self, tmp_path: Path, name: str) -> None:
        data = encode(PIXELS, photo(tmp_path), ExportOptions(name))
        packet = packet_of(reopened(data))
        assert b"camera-raw-settings" not in packet
        for gone in ("tiff:Orientation", "exif:PixelXDimension"):
            assert not values(packet, gone)
        assert b"Exposure2012" not in data

    @formats
    @pytest.mark.parametrize("beside", ["a.xmp", "a.jpg.xmp"])
    def test_takes_the_sidecars_word_first(self, tmp_path: Path, name: str, beside: str) -> None:
        path = photo(tmp_path)
        (tmp_path / beside).write_bytes(PACKET.replace(b'Rating="4"', b'Rating="2"'))
        packet = packet_of(written(path, PIXELS, format=name))
        assert values(packet, "xmp:Rating") == ["2"]

    @pytest.mark.parametrize(
        "packet",
        [
            b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><crs:Exposure2012>+3</crs></x:xmpmeta>",
            b"",
            b"\xff\xfe\x00",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + PACKET,
            PACKET.replace(b"otter", b"&b;"),
            b"<a>" * 100_000,
        ],
    )
    def test_damaged_or_hostile_is_left_out(self, tmp_path: Path, packet: bytes) -> None:
        assert xmp.parse(packet) == {}
        (tmp_path / "a.xmp").write_bytes(packet)
        path = write_scene(tmp_path / "a.jpg")
        assert not values(packet_of(written(path, PIXELS)), "xmp:Rating")

    def test_an_entity_bomb_in_utf_16_is_refused_too(self) -> None:
        bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'
        assert xmp.parse(bomb.encode("utf-16")) == {}

    @pytest.mark.parametrize(
        "field", ["drone-dji:GpsLatitude", "geo:lat", "xmpDM:shotLocation", "exif:GPSLatitude"]
    )
    def test_keeps_the_prefixes_that_everybody_knows(self, field: str) -> None:
        packet = placed(f'a {field}="PLACE"')
        assert f"<{field}>PLACE<".encode() in xmp.serialise(xmp.parse(packet))

    def test_survives_being_written_and_read(self) -> None:
        once = xmp.parse(PACKET)
        again = xmp.parse(xmp.serialise(once))
        assert once.keys() == again.keys()
        assert xmp.serialise(once) == xmp.serialise(again)
        assert xmp.serialise({}) == b""


class TestMarks:
    @formats
    @pytest.mark.parametrize(
        ("marks", "rating", "label"),
        [
            (UNMARKED, ["4"], ["Red"]),
            (Marks(2, Flag.PICK, Colour.BLUE), ["2"], ["Blue"]),
            (Marks(3, Flag.REJECT), ["-1"], ["Red"]),
        ],
    )
    def test_are_told_before_what_the_file_says(
        self, tmp_path: Path, name: str, marks: Marks, rating: list[str], label: list[str]
    ) -> None:
        image = reopened(encode(PIXELS, photo(tmp_path), ExportOptions(name), marks))
        assert values(packet_of(image), "xmp:Rating") == rating
        assert values(packet_of(image), "xmp:Label") == label
        if marks.stars:
            assert image.getexif()[0x4746] == max(0, int(rating[0]))

    def test_are_kept_to_oneself_with_the_rest(self, tmp_path: Path) -> None:
        options = ExportOptions(metadata="copyright")
        data = encode(PIXELS, photo(tmp_path), options, Marks(5, Flag.PICK, Colour.RED))
        assert b"Rating" not in data


class TestIptc:
    @with_iptc
    @pytest.mark.parametrize("source", ["a.jpg", "a.tif"])
    def test_is_kept(self, tmp_path: Path, name: str, source: str) -> None:
        data = encode(PIXELS, photo(tmp_path, source), ExportOptions(name))
        found = iptc.parse(iptc_of(data))
        assert [v for _, n, v in found if n == 25] == [b"river", b"otter"]
        assert (2, 116, "© Jane Doe".encode()) in found

    @pytest.mark.parametrize("name", ["png", "webp", "avif"])
    def test_is_told_in_xmp_where_there_is_no_room_for_it(self, tmp_path: Path, name: str) -> None:
        path = photo(tmp_path, packet=b"")
        packet = packet_of(written(path, PIXELS, format=name))
        assert values(packet, "dc:title") == ["A title"]
        assert values(packet, "dc:subject") == ["river", "otter"]
        assert values(packet, "photoshop:City") == ["Zürich"]

    def test_in_old_encodings_becomes_utf_8(self) -> None:
        old = b"\x1c\x02\x5a\x00\x06Z\xfcrich" + b"\x1c\x02\x00\x00\x02\0\2"
        assert iptc.parse(old) == [(2, 90, "Zürich".encode())]
        assert iptc.serialise([]) == b""

    @pytest.mark.parametrize("cut", range(0, len(IIM), 7))
    def test_cut_off_gives_what_came_before(self, cut: int) -> None:
        whole, part = iptc.parse(IIM), iptc.parse(IIM[:cut])
        assert part == whole[: len(part)]


class TestChoices:
    @formats
    def test_without_a_location_nothing_tells_the_place(self, tmp_path: Path, name: str) -> None:
        path = photo(tmp_path)
        assert "Zürich".encode() in encode(PIXELS, path, ExportOptions(name))
        data = encode(PIXELS, path, ExportOptions(name, location=False))
        image = reopened(data)
        assert not image.getexif().get_ifd(GPS)
        assert GPS not in image.getexif()
        assert image.getexif()[0x0110] == "Camera X"
        assert b"GPSLatitude" not in packet_of(image)
        assert "Zürich".encode() not in data
        assert values(packet_of(image), "xmp:Rating") == ["4"]

    @pytest.mark.parametrize("sidecar", [False, True])
    @pytest.mark.parametrize("place", PLACES)
    def test_without_a_location_no_name_for_a_place_is_left(
        self, tmp_path: Path, sidecar: bool, place: str
    ) -> None:
        packet = placed(place)
        assert b"PLACE" in xmp.serialise(xmp.parse(packet))
        path = photo(tmp_path, packet=b"" if sidecar else packet)
        if sidecar:
            (tmp_path / "a.xmp").write_bytes(packet)
        data = encode(PIXELS, path, ExportOptions(location=False))
        assert b"PLACE" not in data
        assert b">KEPT<" in data
        assert b"KEPT WORDS" in data

    @formats
    def test_copyright_only(self, tmp_path: Path, name: str) -> None:
        data = encode(
            PIXELS, photo(tmp_path, t33432=b"(c) Jane"), ExportOptions(name, metadata="copyright")
        )
        image = reopened(data)
        assert image.getexif()[33432] == "(c) Jane"
        assert 0x0110 not in image.getexif()
        assert values(packet_of(image), "dc:creator") == ["Jane Doe"]
        for gone in (b"otter", b"Camera X", b"GPSLatitude", b"Rating", b"2024:05:01"):
            assert gone not in data

    @formats
    def test_none(self, tmp_path: Path, name: str) -> None:
        data = encode(PIXELS, photo(tmp_path), ExportOptions(name, metadata="none"))
        image = reopened(data)
        assert not packet_of(image)
        for gone in (b"otter", b"Camera X", b"GPSLatitude", b"Jane", b"imgtune "):
            assert gone not in data
        assert image.info["icc_profile"]

    @formats
    @pytest.mark.parametrize("metadata", ["all", "copyright", "none"])
    def test_an_own_copyright_line_goes_everywhere(
        self, tmp_path: Path, name: str, metadata: str
    ) -> None:
        own = "© 2026 Žofie Nováková"
        options = ExportOptions(name, metadata=metadata, copyright=own)
        data = encode(PIXELS, photo(tmp_path, t33432=b"(c) Jane"), options)
        image = reopened(data)
        packet = packet_of(image)
        assert values(packet, "dc:rights") == [own]
        assert values(packet, "xmpRights:Marked") == ["True"]
        assert own.encode() in image.getexif().tobytes() or own.encode() in data
        assert b"(c) Jane" not in data
        if name in ("jpeg", "tiff"):
            assert (2, 116, own.encode()) in iptc.parse(iptc_of(data))

    def test_nothing_known_gives_only_our_name(self, tmp_path: Path) -> None:
        image = written(write_scene(tmp_path / "a.jpg"), PIXELS)
        assert image.getexif()[0x0131].startswith("imgtune")
        assert 0x0110 not in image.getexif()
        assert not iptc_of(encode(PIXELS, tmp_path / "a.jpg", ExportOptions()))
