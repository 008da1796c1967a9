/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpicture.h"

#include <gst/check/gstcheck.h>

#define C OAK_PICTURE_ERROR_CUT
#define F OAK_PICTURE_ERROR_FIELD
#define K OAK_PICTURE_ERROR_KIND
#define H264 OAK_PICTURE_H264
#define H265 OAK_PICTURE_H265
#define JPEG OAK_PICTURE_JPEG
#define NONE ((OakPictureKind) -1)

/* All bytes are in hexadecimal. Access units end with the first bytes of their
 * first slice, of which oakpicture must not need more than one: with its NAL
 * unit header these are 8 bytes. SEI with the encoder's settings is left out.
 * Made by videotestsrc pattern=ball and the encoders of GStreamer 1.22 (x264
 * 164, x265 3.5, OpenH264 2.3); the sizes are those that ffprobe tells. */
#define SLICE_SIZE 8
#define N_ENCODED 29            /* the first lines of good[] */
#define IDR264 "0000000165b800040000053f"
#define IDR265 "000000012801ac3b16281804"

/* *INDENT-OFF* */
/* jpegenc: what does not depend on the size, and a scan that is cut. */
#define SOI "ffd8"
#define APP0 \
  "ffe000104a46494600010100000100010000"
#define DQT \
  "ffdb0043000503040404030504040405050506070c08070707070f0b0b090c11" \
  "0f1212110f111113161c1713141a1511111821181a1d1d1f1f1f13172224221e" \
  "241c1e1f1effdb0043010505050706070e08080e1e1411141e1e1e1e1e1e1e1e" \
  "1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e" \
  "1e1e1e1e1e1e1e1e1e1e"
#define DHT \
  "ffc4001f0000010501010101010100000000000000000102030405060708090a" \
  "0bffc400b5100002010303020403050504040000017d01020300041105122131" \
  "410613516107227114328191a1082342b1c11552d1f02433627282090a161718" \
  "191a25262728292a3435363738393a434445464748494a535455565758595a63" \
  "6465666768696a737475767778797a838485868788898a92939495969798999a" \
  "a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6" \
  "d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffc4001f01000301" \
  "01010101010101010000000000000102030405060708090a0bffc400b5110002" \
  "0102040403040705040400010277000102031104052131061241510761711322" \
  "328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728" \
  "292a35363738393a434445464748494a535455565758595a636465666768696a" \
  "737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7" \
  "a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3" \
  "e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
#define SCAN \
  "ffda000c03010002110311003f00f9328a28a002"
#define EOI "ffd9"
#define SOF0(sides) "ffc0001108" sides "03012200021101031101"

static const struct
{
  const gchar *hex;
  OakPictureKind kind;
  guint width, height;
  gboolean keyframe;
} good[] = {
  /* x264enc, I420, constrained-baseline, ultrafast, zerolatency */
  {"000000010910"
     "000000016742c01eda0280b6c05a8303035280000003008000001e478b1750"
     "0000000168ce3c80"
     "0000016588840ea2628000",
   H264, 640, 352, TRUE},
  /* x264enc aud=true, main */
  {"000000010910"
     "00000001674d4028eca03c0113f2e02d40404050000003001000000303c8f18319"
     "60"
     "0000000168eaecb2"
     "0000016588840033fffef5",
   H264, 1920, 1080, TRUE},
  /* x264enc, I420, high */
  {"000000010910"
     "0000000167640014acd94150878888c05a8303035280000003008000001e478a14"
     "cb"
     "0000000168eaecb22c"
     "000001658884001afffef7",
   H264, 322, 242, TRUE},
  /* x264enc aud=false, high: the height is no multiple of 16 */
  {"0000000167640014acd941309fbbc05a8303035280000003008000001e478a14cb"
     "0000000168eaecb22c"
     "000001658884001afffef7",
   H264, 300, 300, TRUE},
  /* x264enc, Y444, high-4:4:4, odd sides */
  {"000000010910"
     "0000000167f4000d919b282a10f0847602d41818190000030001000003003c8f14"
     "2996"
     "0000000168eaec448440"
     "000001658884001afffef7",
   H264, 321, 243, TRUE},
  /* x264enc, Y42B, high-4:2:2, odd height */
  {"000000010910"
     "00000001677a000dbcd9415087888ec05a83030320000003002000000791e28532"
     "c0"
     "0000000168eaecb22c"
     "000001658884001afffef7",
   H264, 322, 243, TRUE},
  /* x264enc, I420_10LE, high-10 */
  {"000000010910"
     "00000001676e000da6cd94150878888c05a830303528000003000800000301e478"
     "a14cb0"
     "0000000168ebecb22c"
     "0000016588840009bffeee",
   H264, 322, 242, TRUE},
  /* x264enc interlaced=true, interleaved */
  {"000000010910"
     "0000000167640028acd94078044fde02d40404050000030001000003003c9f162d"
     "96"
     "0000000168faacb22c"
     "0000010601014280"
     "0000016588820b033ff6f5",
   H264, 1920, 1080, TRUE},
  /* x264enc intra-refresh=true */
  {"000000010910"
     "0000000167640014acd902c4ec05a830303528000003000800000301e478a14cb0"
     "0000000168efb2c8b0"
     "000001658884001afffef7",
   H264, 176, 144, TRUE},
  /* openh264enc */
  {"000000016742c00d8c8d40a842c444403c2211a8"
     "0000000168ce3c80"
     "0000000165b800040000053f",
   H264, 322, 242, TRUE},
  /* openh264enc slice-mode=n-slices num-slices=4 */
  {"000000016742c01e8c8d405016d00f08846a"
     "0000000168ce3c80"
     "0000000165b800040000051f",
   H264, 640, 352, TRUE},
  /* their delta frames: x264enc with AUD, interlaced with SEI, without */
  {"000000010930"
     "000001419a203e802f87f3",
   H264, 0, 0, FALSE},
  {"000000010930"
     "0000010601014280"
     "000001419a215e43bffed5",
   H264, 0, 0, FALSE},
  {"00000001419a216c41affeda",
   H264, 0, 0, FALSE},
  /* openh264enc */
  {"0000000161e0004000be4053",
   H264, 0, 0, FALSE},
  /* x265enc, I420, ultrafast, zerolatency, as all that follow but the last */
  {"0000000140010c01ffff01600000030090000003000003003fba0240"
     "0000000142010101600000030090000003000003003fa00502016165ba4a4c2fff"
     "000100016a0c0c0c08000003000800000300f040"
     "000000014401c0718312"
     "000000012801ac3b16281804",
   H265, 640, 352, TRUE},
  /* x265enc option-string=aud=1; the AUD is only before delta frames */
  {"0000000140010c01ffff016000000300900000030000030078ba0240"
     "00000001420101016000000300900000030000030078a003c0801107cb96e92930"
     "bffc00040005a808080820000003002000000303c1"
     "000000014401c0718312"
     "000000012801af044206c5c5",
   H265, 1920, 1080, TRUE},
  /* x265enc, I420, cropped */
  {"0000000140010c01ffff01600000030090000003000003003fba0240"
     "0000000142010101600000030090000003000003003fa00a880407111196e92930"
     "bffc00040005a830303020000003002000000303c1"
     "000000014401c0718312"
     "000000012801ac13c40a04c0",
   H265, 322, 242, TRUE},
  /* x265enc, Y444, odd sides */
  {"0000000140010c01ffff0408000003009e0800000300003fba0240"
     "000000014201010408000003009e0800000300003f9001510080e108ecb7494985"
     "ffe00020002d418181810000030001000003001e08"
     "000000014401c07030603120"
     "000000012801ac13c40a04c0",
   H265, 321, 243, TRUE},
  /* x265enc, Y42B, odd height */
  {"0000000140010c01ffff0408000003009d0800000300003fba0240"
     "000000014201010408000003009d0800000300003fb00a880407111d96e92930bf"
     "fc00040005a830303020000003002000000303c1"
     "000000014401c0718312"
     "000000012801ac13c40a0500",
   H265, 322, 243, TRUE},
  /* x265enc, I420_10LE */
  {"0000000140010c01ffff02200000030090000003000003003fba0240"
     "0000000142010102200000030090000003000003003fa0098804c776d96e92930b"
     "ffc00040005a830303020000030002000003003c10"
     "000000014401c0718312"
     "000000012801ac12c50a0540",
   H265, 300, 300, TRUE},
  /* x265enc, fast, option-string=temporal-layers=1:bframes=4:open-gop=1 */
  {"0000000140010c02ffff01600000030090000003000003003f00009598acc048"
     "0000000142010201600000030090000003000003003f0000a0098804c777965662"
     "b3492657ff80008000b5060606040000030004000003007820"
     "000000014401c172b46240"
     "000000012801af1b2890a82a",
   H265, 300, 300, TRUE},
  /* delta frames: TRAIL_R, AUD and TRAIL_R, TSA_N; and a CRA without an SPS */
  {"000000010201d0097881f8b1",
   H265, 0, 0, FALSE},
  {"00000001460130"
     "0000010201d009788e088e",
   H265, 0, 0, FALSE},
  {"000000010402e024f55fa241",
   H265, 0, 0, FALSE},
  {"000000012a01ac184c8dc232",
   H265, 0, 0, TRUE},
  /* jpegenc, I420 */
  {SOI APP0 DQT SOF0 ("00f30141") DHT SCAN EOI, JPEG, 321, 243, TRUE},
  {SOI APP0 DQT SOF0 ("04380780") DHT SCAN EOI, JPEG, 1920, 1080, TRUE},
  /* jpegenc, GRAY8; no tables, which is what oakpicture does not look into */
  {SOI APP0 "ffc0000b08012c012c01011100" "ffda0008010100003f00f932" EOI,
   JPEG, 300, 300, TRUE},
  /* from here on made by hand: progressive, no APP0, fill bytes, the limit */
  {SOI DQT "ffffffc2000b087fff7fff01011100" SCAN EOI, JPEG, 32767, 32767, TRUE},
  /* the smallest, whose comment has markers */
  {SOI "fffe0008ffd9ffda00ff" "ffc0000b080001000101011100" SCAN EOI,
   JPEG, 1, 1, TRUE},
  /* order type 1, the smallest offset there is */
  {"0000016742001ed00000030007fffffff8e21cad0283f2" IDR264,
   H264, 320, 240, TRUE},
  /* 4:4:4 with lists of scales: default, none, ended early, full, wrapping */
  {"00000167f4001e91b08a40ac07f00406aaaaaab55555555aaaaaaaad5555555555"
     "5555555555555555555556aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab555555555555"
     "55555555555555555555aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad5555555555555"
     "5555555555555555556aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad0283f2" IDR264,
   H264, 320, 240, TRUE},
  /* the same, 4:2:0, cropped by 0 1 0 1 */
  {"0000016764001ead845205603f802035555555aaaaaaaad55555556aaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaab5555555555555555555555555555555568141fea9" IDR264,
   H264, 318, 238, TRUE},
  /* 4:4:4 in separate planes, cropped by 1 2 3 4 */
  {"00000167f4001e93968141fd3215" IDR264,
   H264, 317, 233, TRUE},
  /* monochrome, cropped by 0 1 1 0, frames and fields */
  {"0000016764001ef2d0283fd2a0" IDR264,
   H264, 319, 239, TRUE},
  {"0000016764001ef2d0283ce950" IDR264,
   H264, 319, 478, TRUE},
  /* fields in 4:2:2 and 4:2:0, cropped by 1 1 1 1 */
  {"000001677a001ebcb40a0f349240" IDR264,
   H264, 316, 476, TRUE},
  {"0000016764001eacb40a0f349240" IDR264,
   H264, 316, 472, TRUE},
  /* cropped to almost nothing, and to the limit */
  {"0000016742001eda0507f80a003c50" IDR264,
   H264, 2, 2, TRUE},
  {"0000016742001eda000800001001d690" IDR264,
   H264, 32766, 32766, TRUE},
  /* H.265 with sub layers: 3 with a profile or none, 7 with all */
  {"00000142010501600000030090000003000003005ad00001600000030090000003"
     "000003003c3ca00a080f16" IDR265,
   H265, 320, 240, TRUE},
  {"00000142010d01600000030090000003000003005afff001600000030090000003"
     "000003003c01600000030090000003000003003c01600000030090000003000003"
     "003c01600000030090000003000003003c01600000030090000003000003003c01"
     "600000030090000003000003003ca00a080f16" IDR265,
   H265, 320, 240, TRUE},
  /* 4:4:4 in separate planes, cropped by 1 1 0 1 */
  {"00000142010101600000030090000003000003005a92014401e54ab0" IDR265,
   H265, 321, 240, TRUE},
  /* monochrome, 4:2:2 and 4:2:0, cropped by 1 0 0 1 */
  {"00000142010101600000030090000003000003005ac028203c6b58" IDR265,
   H265, 319, 239, TRUE},
  {"00000142010101600000030090000003000003005ab00a080f1ad6" IDR265,
   H265, 318, 239, TRUE},
  {"00000142010101600000030090000003000003005aa00a080f1ad6" IDR265,
   H265, 318, 238, TRUE},
  {"00000142010101600000030090000003000003005aa0001000000300200018" IDR265,
   H265, 32767, 32767, TRUE},
  /* zeros before a start code, units of no kind, an SPS of another layer */
  {"00000109100000000000010c80000001" "6742001eda0507e4000000" IDR264,
   H264, 320, 240, TRUE},
  {"00000142010101600000030090000003000003005aa00a080f16"
   "00000142090101600000030090000003000003005aa0050201e160" IDR265, H265, 320, 240, TRUE},
  /* the last SPS counts */
  {"0000016742001eda0507e4" "0000016742001eda0280f640" IDR264, H264, 640, 480, TRUE},
  /* a recovery point is no keyframe, BLA and CRA are; 23 is the last IRAP */
  {"000001060601c480" "000001419a2218835ffeda", H264, 0, 0, FALSE},
  {"0000012001ac184c8dc232", H265, 0, 0, TRUE},
  {"0000012e01ac184c8dc232", H265, 0, 0, TRUE},
  {"0000013001ac184c8dc232", H265, 0, 0, FALSE},
  {"0000011e01ac184c8dc232", H265, 0, 0, FALSE},
};

static const struct
{
  const gchar *hex;
  OakPictureKind kind;
  OakPictureError error;
} bad[] = {
  /* what starts otherwise */
  {"", JPEG, C}, {"", H264, C}, {"", H265, C},
  {"ffd9ff", JPEG, K}, {"ffd800", JPEG, K}, {"00000165", JPEG, K},
  {SOI APP0, H264, K}, {SOI APP0, H265, K},
  {"0000026588", H264, K}, {"0000000065", H264, K}, {"0100000165", H264, K},
  {"000000000165880400", H264, K}, {"ff00000165880400", H265, K},
  /* JPEG: no end, an end that is far away, no scan, no frame, no markers */
  {SOI SOF0 ("00f30141") SCAN, JPEG, C},
  {SOI SOF0 ("00f30141") SCAN EOI "01", JPEG, C},
  {SOI SOF0 ("00f30141") EOI, JPEG, F},
  {SOI SOF0 ("00f30141") DHT, JPEG, C},
  {SOI DHT "ffc8000b08012c012c01011100" SCAN EOI, JPEG, F},
  {SOI "ffcc000b08012c012c01011100" SCAN EOI, JPEG, F},
  {SOI "00" SOF0 ("00f30141") SCAN EOI, JPEG, K},
  {SOI APP0 "00" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI SOI SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI "ffd0" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI "ff010002" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI "ff00" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  /* segments that are shorter than their length, and longer than the picture */
  {SOI "ffe00001" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI "ffe00000" SOF0 ("00f30141") SCAN EOI, JPEG, F},
  {SOI "ffe0ffff" SOF0 ("00f30141") SCAN EOI, JPEG, C},
  /* a height that a DNL would tell, sides beyond the limit, odd lengths */
  {SOI SOF0 ("00000141") SCAN EOI, JPEG, F},
  {SOI SOF0 ("00f30000") SCAN EOI, JPEG, F},
  {SOI SOF0 ("80000141") SCAN EOI, JPEG, F},
  {SOI SOF0 ("00f3ffff") SCAN EOI, JPEG, F},
  {SOI "ffc0000a08012c012c010111" SCAN EOI, JPEG, F},
  {SOI "ffc0000808012c012c00" SCAN EOI, JPEG, F},
  {SOI "ffc0000708012c012c" SCAN EOI, JPEG, F},
  {SOI "ffc00002" SCAN EOI, JPEG, F},
  /* no slice, or nothing of it */
  {"0000010910", H264, C}, {"00000146015000", H265, C},
  {"0000016742001eda0507e4", H264, C}, {"00000165", H264, C},
  {"0000012601", H265, C},
  /* forbidden bits, and no temporal layer */
  {"000001e588840ea2", H264, F}, {"000001a601ac3b16", H265, F},
  {"0000012600ac3b16", H265, F},
  /* an SPS that ends too early: there is more, or there is not */
  {"0000016742001eda0280" IDR264, H264, F}, {"0000016742001eda0280", H264, C},
  {"00000167" IDR264, H264, F},
  {"0000014201" IDR265, H265, F},
  /* nothing left of the width */
  {"0000016742001eda0507f80a1d" IDR264,
   H264, F},
  /* less than nothing */
  {"0000016742001eda0507f0001000000300200034" IDR264,
   H264, F},
  /* 32768 pixels */
  {"0000016742001eda0008001f90" IDR264,
   H264, F},
  /* 2^32 - 1 macroblocks */
  {"0000016742001eda0000030000ffffffff1f90" IDR264,
   H264, F},
  /* a chroma format of 4 */
  {"0000016764001e972d0283f2" IDR264,
   H264, F},
  /* an SPS numbered 32 */
  {"0000016742001e04368141f9" IDR264,
   H264, F},
  /* an order of type 3 */
  {"0000016742001ec88141f9" IDR264,
   H264, F},
  /* numbers that begin with 33 and 32 zeros */
  {"0000016742001e00000300004000000300b0" IDR264,
   H264, F},
  {"0000016742001e0000030000800000030040" IDR264,
   H264, F},
  /* H.265: no width, 32768 pixels, more cropped than there is */
  {"00000142010101600000030090000003000003005aa80f16" IDR265,
   H265, F},
  {"00000142010101600000030090000003000003005aa0001000203c58" IDR265,
   H265, F},
  {"00000142010101600000030090000003000003005aa00a080f1e032780" IDR265,
   H265, F},
};

static const struct
{
  const gchar *hex;
  OakPictureKind kind;
} guesses[] = {
  {"", NONE}, {"ff", NONE}, {"ffd8ff", NONE}, {"000001", NONE},
  /* a JPEG is known by its head: its end is not asked for */
  {SOI SOF0 ("00f30141") SCAN, JPEG},
  {SOI APP0, NONE},
  {SOI "ffe00010ffffffffffffffffffffffffffff" "fefefefefefe", NONE},
  /* bytes that both kinds of header can be: 28 01, and 06 with 2 to 7 */
  {"0000012801ac3b16281804", H265},
  {"0000012801ac3b16281804" "0000012801ac3b16281804", H265},
  {"0000012801ac3b162818" "00000165b80004", H264},
  {"0000010605ff80", H265},
  {"0000010605ff80" "0000010605ff80", H265},
  {"0000010605ff80" "000001419a2218", H264},
  {"0000010605ff80" "00000165b80004", H264},
  {"0000010601ff80", NONE},
  /* an SPS that does not parse, and that of the other kind */
  {"000001674200" IDR264, NONE},
  {"0000016742001eda0507e4" IDR265, NONE},
  {"00000142010101600000030090000003000003005aa00a080f16" IDR264, NONE},
  /* not the first slice of its picture, not a slice that is intra */
  {"0000014143800100", NONE}, {"0000010201500978", NONE},
  {"000001659a2218", NONE},
  /* units that come later or never: end, filler, reserved, another layer */
  {"0000010a80" IDR264, NONE}, {"0000010cff80" IDR264, NONE},
  {"0000010001" IDR264, NONE}, {"000001780000" IDR264, NONE},
  {"0000014a0180" IDR265, NONE}, {"0000014c0180" IDR265, NONE},
  {"0000011401d00978", NONE}, {"0000013e01d00978", NONE},
  {"0000010209d00978", NONE}, {"0000010301d00978", NONE},
  /* AUD that say nothing, IRAP above the lowest temporal layer, TSA in it */
  {"0000010900" IDR264, NONE}, {"000001460100" IDR265, NONE},
  {"0000012602ac3b16", NONE}, {"0000010401d00978", NONE},
  /* dark pixels */
  {"00000000000000000000000000000000", NONE},
  {"00000001000000010000000100000001", NONE},
  {"00000101020203030404050506060707", NONE},
  {"00000102010203040506070809101112", NONE},
  {"0000010b0c0d0e0f1011121314151617", NONE},
};
/* *INDENT-ON* */

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  OakPictureKind kind;
} starts[] = {
  {"", NONE}, {"ff", NONE}, {"ffd8", NONE}, {"ffd8ff", JPEG},
  {"ffd8ffe000", JPEG}, {"ffd8ff00", JPEG}, {"ffd8fe", NONE},
  {"ffd9ff", NONE}, {"00ffd8ff", NONE},
  {"0000", NONE}, {"000000", NONE}, {"000001", H264}, {"00000001", H264},
  {"00000165", H264}, {"0000000126", H264}, {"0000000001", NONE},
  {"000002", NONE}, {"00000002", NONE}, {"01000001", NONE}, {"0100", NONE},
};
/* *INDENT-ON* */

/* As many bytes as there are, so that a sanitizer sees a step too far. */
static guint8 *
bytes_of (const gchar * hex, gsize * size)
{
  guint8 *bytes;
  gsize i;

  *size = strlen (hex) / 2;
  bytes = g_malloc (*size);
  for (i = 0; i < *size; i++)
    bytes[i] = g_ascii_xdigit_value (hex[2 * i]) << 4
        | g_ascii_xdigit_value (hex[2 * i + 1]);
  return bytes;
}

static gboolean
is_untouched (const OakPicture * picture)
{
  return picture->width == 7 && picture->height == 7 && picture->keyframe == 7;
}

/* A failure tells expected and got, and touches nothing. The mutations ask
 * this a million times: so Check, which notes each claim, is told only of
 * broken ones. */
static gboolean
parse (OakPictureKind kind, const guint8 * bytes, gsize size,
    OakPicture * picture, gint * code)
{
  OakPicture parsed = { 7, 7, 7 };
  GError *error = NULL;

  if (oak_picture_parse (kind, bytes, size, &parsed, &error)) {
    if (error != NULL || parsed.width > 32767 || parsed.height > 32767
        || (parsed.width == 0) != (parsed.height == 0))
      fail ("%u x %u", parsed.width, parsed.height);
    *picture = parsed;
    return TRUE;
  }

  if (error == NULL || error->domain != OAK_PICTURE_ERROR
      || strstr (error->message, "expected") == NULL
      || strstr (error->message, "got") == NULL || !is_untouched (&parsed))
    fail ("a failure as it must not be: %s", error ? error->message : "none");
  *code = error->code;
  g_error_free (error);
  return FALSE;
}

static OakPictureKind
guess (const guint8 * bytes, gsize size)
{
  OakPictureKind kind = NONE;

  if (oak_picture_guess (bytes, size, &kind) != (kind != NONE))
    fail ("the kind is %d", kind);
  return kind;
}

static void
expect_good (guint i, const guint8 * bytes, gsize size)
{
  OakPicture picture;
  gint code = -1;

  fail_unless (parse (good[i].kind, bytes, size, &picture, &code),
      "%s: %d", good[i].hex, code);
  fail_unless_equals_int (picture.width, good[i].width);
  fail_unless_equals_int (picture.height, good[i].height);
  fail_unless_equals_int (picture.keyframe, good[i].keyframe);
}

GST_START_TEST (test_picture_tells_size_and_keyframe)
{
  gsize size;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);

  expect_good (__i__, bytes, size);
  g_free (bytes);
}

GST_END_TEST;

/* Not those by hand, which are meant to be odd. */
GST_START_TEST (test_picture_of_encoder_is_guessed)
{
  gsize size;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);

  fail_unless_equals_int (guess (bytes, size), good[__i__].kind);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_cut_picture_is_cut_or_has_its_slice)
{
  OakPictureKind kind = good[__i__].kind;
  gsize size, n;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);
  gsize needed = kind == JPEG ? size : kind == H264 ? size - SLICE_SIZE + 2 :
      size - SLICE_SIZE + 3;

  for (n = 0; n < size; n++) {
    guint8 *cut = g_memdup2 (bytes, n);
    OakPicture picture;
    gint code = -1;

    guess (cut, n);
    if (n >= needed) {
      expect_good (__i__, cut, n);
    } else {
      fail_if (parse (kind, cut, n, &picture, &code), "%d bytes", (gint) n);
      fail_unless_equals_int (code, C);
    }
    g_free (cut);
  }
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_changed_byte_does_no_harm)
{
  gsize size, n;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);

  for (n = 0; n < size; n++) {
    guint8 was = bytes[n];
    guint value;

    for (value = 0; value < 256; value++) {
      OakPicture picture;
      gint code;

      bytes[n] = value;
      parse (good[__i__].kind, bytes, size, &picture, &code);
      guess (bytes, size);
    }
    bytes[n] = was;
  }
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_is_an_error)
{
  OakPicture picture;
  gint code = -1;
  gsize size;
  guint8 *bytes = bytes_of (bad[__i__].hex, &size);

  fail_if (parse (bad[__i__].kind, bytes, size, &picture, &code));
  fail_unless_equals_int (code, bad[__i__].error);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_guess)
{
  gsize size;
  guint8 *bytes = bytes_of (guesses[__i__].hex, &size);

  fail_unless_equals_int (guess (bytes, size), guesses[__i__].kind);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_starts_like)
{
  OakPictureKind kind = NONE;
  gsize size;
  guint8 *bytes = bytes_of (starts[__i__].hex, &size);

  fail_unless_equals_int (oak_picture_starts_like (bytes, size, &kind),
      starts[__i__].kind != NONE);
  fail_unless_equals_int (kind, starts[__i__].kind);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_nothing_may_be_null)
{
  OakPictureKind kind = NONE;

  fail_if (oak_picture_starts_like (NULL, 0, &kind));
  fail_unless_equals_int (guess (NULL, 0), NONE);
  fail_if (oak_picture_parse (JPEG, NULL, 0, NULL, NULL));
  fail_if (oak_picture_parse (H264, NULL, 0, NULL, NULL));
  fail_if (oak_picture_parse (H265, NULL, 0, NULL, NULL));
}

GST_END_TEST;

GST_START_TEST (test_jpeg_may_have_64_zeros_behind_it)
{
  static const gchar hex[] = SOI SOF0 ("00f30141") SCAN EOI;
  OakPicture picture;
  gint code = -1;
  gsize size, n;
  guint8 *bytes = bytes_of (hex, &size);

  for (n = 0; n <= 65; n++) {
    guint8 *padded = g_malloc0 (size + n);

    memcpy (padded, bytes, size);
    fail_unless_equals_int (parse (JPEG, padded, size + n, &picture, &code),
        n <= 64);
    if (n > 0) {
      padded[size + n - 1] = 1;
      fail_if (parse (JPEG, padded, size + n, &picture, &code));
      fail_unless_equals_int (code, C);
    }
    g_free (padded);
  }
  g_free (bytes);
}

GST_END_TEST;

/* An IDR slice behind it does not make a delta frame a keyframe. */
GST_START_TEST (test_first_slice_decides)
{
  OakPicture picture;
  gint code;
  gsize size;
  guint8 *bytes = bytes_of ("000001419a2218835ffeda" IDR264
      "0000016742001eda", &size);

  fail_unless (parse (H264, bytes, size, &picture, &code));
  fail_if (picture.keyframe);
  fail_unless_equals_int (picture.width, 0);
  g_free (bytes);
}

GST_END_TEST;

#define RAW_SIZE 1024

static void
expect_no_picture (const guint8 * raw)
{
  if (guess (raw, RAW_SIZE) != NONE)
    fail ("%02x %02x %02x %02x", raw[0], raw[1], raw[2], raw[3]);
}

GST_START_TEST (test_even_pixels_and_ramps_are_no_picture)
{
  guint8 *raw = g_malloc (RAW_SIZE);
  guint step, start, i;

  for (start = 0; start < 256; start++) {
    memset (raw, start, RAW_SIZE);
    expect_no_picture (raw);
    for (step = 1; step < 32; step++) {
      /* up by one after every few pixels, of 8 and of 16 bits */
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = start + i / step;
      expect_no_picture (raw);
      for (i = 0; i < RAW_SIZE; i += 2) {
        raw[i] = (start + i / 2 / step) & 0xff;
        raw[i + 1] = (start + i / 2 / step) >> 8;
      }
      expect_no_picture (raw);
      /* up by more */
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = start + i * step;
      expect_no_picture (raw);
    }
  }
  g_free (raw);
}

GST_END_TEST;

/* With a start code before it only if it is dark: that happens. */
GST_START_TEST (test_noise_is_no_picture)
{
  static const guint amplitudes[] = { 2, 3, 5, 16, 64, 128, 256 };
  GRand *random = g_rand_new_with_seed (20240229);
  guint8 *raw = g_malloc (RAW_SIZE);
  guint a, n, i;

  for (a = 0; a < G_N_ELEMENTS (amplitudes); a++) {
    for (n = 0; n < 500; n++) {
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = g_rand_int_range (random, 0, amplitudes[a]);
      expect_no_picture (raw);
      if (amplitudes[a] > 128)
        continue;
      memcpy (raw, "\0\0\1", 3);
      expect_no_picture (raw);
      memcpy (raw, "\0\0\0\1", 4);
      expect_no_picture (raw);
    }
  }
  g_free (raw);
  g_rand_free (random);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *start, *again;   /* in hexadecimal */
} floods[] = {
  {"", "00"}, {"", "01"}, {"", "000001"}, {"", "00000106"}, {"", "0000014e01"},
  {"", "0000016742001eda0507e4"}, {"", "0000016742001e"},
  {"", "00000142010101600000030090000003000003005aa00a080f16"},
  {"00000106", "00"}, {"00000106", "01"}, {"00000106", "ff"},
  {"00000167", "00"}, {"00000167", "000003"}, {"00000142", "01"},
  {"0000016764001e", "ff"}, {"000001674d001e", "55"},
  {SOI, "ff"}, {SOI, "ffe00002"}, {SOI SOF0 ("00f30141") SCAN, "00"},
  {SOI, "ffc0000b08012c012c01011100"}, {SOI SOF0 ("00f30141") SCAN, "ffd9"},
};
/* *INDENT-ON* */

/* Anything but linear would not end before the test is given up. */
GST_START_TEST (test_megabyte_of_anything_takes_linear_time)
{
  const gsize total = 1024 * 1024;
  guint8 *bytes = g_malloc (total);
  OakPictureKind kind;
  OakPicture picture;
  gsize size, n, i;
  gint code;
  guint8 *part = bytes_of (floods[__i__].start, &n);

  if (n > 0)
    memcpy (bytes, part, n);
  g_free (part);
  part = bytes_of (floods[__i__].again, &size);
  for (i = 0; n < total; i++, n++)
    bytes[n] = part[i % size];
  g_free (part);

  guess (bytes, total);
  for (kind = JPEG; kind <= H265; kind++)
    parse (kind, bytes, total, &picture, &code);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oakpicture_suite (void)
{
  Suite *s = suite_create ("oakpicture");
  TCase *tc = tcase_create ("picture");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_picture_tells_size_and_keyframe, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_picture_of_encoder_is_guessed, 0, N_ENCODED);
  tcase_add_loop_test (tc, test_cut_picture_is_cut_or_has_its_slice, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_changed_byte_does_no_harm, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_nonsense_is_an_error, 0, G_N_ELEMENTS (bad));
  tcase_add_loop_test (tc, test_guess, 0, G_N_ELEMENTS (guesses));
  tcase_add_loop_test (tc, test_starts_like, 0, G_N_ELEMENTS (starts));
  tcase_add_test (tc, test_nothing_may_be_null);
  tcase_add_test (tc, test_jpeg_may_have_64_zeros_behind_it);
  tcase_add_test (tc, test_first_slice_decides);
  tcase_add_test (tc, test_even_pixels_and_ramps_are_no_picture);
  tcase_add_test (tc, test_noise_is_no_picture);
  tcase_add_loop_test (tc, test_megabyte_of_anything_takes_linear_time, 0,
      G_N_ELEMENTS (floods));

  return s;
}

GST_CHECK_MAIN (oakpicture);
