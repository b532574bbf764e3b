package inspect

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"chaski/internal/domain/fault"
)

// dimensions are refused where showing the image would take a machine's memory.
func dimensions(width, height int64) error {
	if width < 1 || height < 1 {
		return damaged("image")
	}
	if width > maxSide || height > maxSide || width*height > maxPixels {
		return fault.New(fault.ImageTooLarge, "file").With("found", fmt.Sprintf("%d × %d", width, height))
	}
	return nil
}

func metadata(n int64) error {
	if n > maxMetadata {
		return fault.New(fault.ImageTooLarge, "file").With("found", fmt.Sprintf("%d MB", n>>20))
	}
	return nil
}

// The markers of a JPEG that matter here.
const (
	jpegSOI, jpegEOI, jpegSOS = 0xd8, 0xd9, 0xda
)

// jpeg walks from marker to marker to the image's end.
func jpeg(r *bufio.Reader) error {
	err := jpegSegments(r)
	if err != nil {
		return cut(err, "image")
	}
	return trailing(r)
}

func jpegSegments(r *bufio.Reader) error {
	var start [2]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || start[1] != jpegSOI {
		return errors.Join(err, damaged("image"))
	}
	var framed bool
	var told int64
	var marker byte
	for {
		var err error
		if marker == 0 {
			marker, err = jpegMarker(r)
		}
		if err != nil {
			return err
		}
		switch {
		case marker == jpegEOI && framed:
			return nil
		case marker == jpegEOI:
			return damaged("image")
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd7:
			marker = 0
			continue
		}
		var length [2]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return err
		}
		left := int64(binary.BigEndian.Uint16(length[:])) - 2
		if left < 0 {
			return damaged("image")
		}
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			var frame [5]byte
			if _, err := io.ReadFull(r, frame[:]); err != nil {
				return err
			}
			if err := dimensions(int64(binary.BigEndian.Uint16(frame[3:])), int64(binary.BigEndian.Uint16(frame[1:]))); err != nil {
				return err
			}
			framed, left = true, left-5
		}
		if marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
			if told += left; metadata(told) != nil {
				return metadata(told)
			}
		}
		if _, err := io.CopyN(io.Discard, r, max(0, left)); err != nil {
			return err
		}
		if marker != jpegSOS {
			marker = 0
			continue
		}
		if marker, err = jpegScan(r); err != nil {
			return err
		}
	}
}

func jpegMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err == nil && b != 0xff {
		err = damaged("image")
	}
	for err == nil && b == 0xff {
		b, err = r.ReadByte()
	}
	return b, err
}

// jpegScan skips the coded image and answers the marker after it.
func jpegScan(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xff {
			continue
		}
		for err == nil && b == 0xff {
			b, err = r.ReadByte()
		}
		if err != nil || b != 0 && (b < 0xd0 || b > 0xd7) {
			return b, err
		}
	}
}

// png walks from chunk to chunk to the image's end.
func png(r *bufio.Reader) error {
	err := pngChunks(r)
	if err != nil {
		return cut(err, "image")
	}
	return trailing(r)
}

func pngChunks(r *bufio.Reader) error {
	if _, err := io.CopyN(io.Discard, r, 8); err != nil {
		return err
	}
	var told int64
	var pixels bool
	for first := true; ; first = false {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		length, name := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		if first != (name == "IHDR") || length > 1<<31-1 || first && length != 13 {
			return damaged("image")
		}
		sum := crc32.NewIEEE()
		_, _ = sum.Write(head[4:])
		if first {
			b, err := r.Peek(8)
			if err != nil {
				return err
			}
			if err := dimensions(int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))); err != nil {
				return err
			}
		}
		if name == "IDAT" {
			pixels = true
		} else if told += length; metadata(told) != nil {
			return metadata(told)
		}
		if _, err := io.CopyN(sum, r, length); err != nil {
			return err
		}
		var crc [4]byte
		if _, err := io.ReadFull(r, crc[:]); err != nil {
			return err
		}
		if binary.BigEndian.Uint32(crc[:]) != sum.Sum32() {
			return damaged("image")
		}
		if name == "IEND" {
			if !pixels {
				return damaged("image")
			}
			return nil
		}
	}
}

// trailing is what comes after an image. Phones put previews and short films
// there; another file that would be opened as itself is refused.
func trailing(r *bufio.Reader) error {
	head, err := r.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) == 0 {
		return nil
	}
	switch found := kind(head); found {
	case program, script, oleKind, pdfKind, zipKind, "shortcut", "text/html", "application/x-rar-compressed", "application/x-7z-compressed":
		return fault.New(fault.FileDisguised, "file").With("found", found)
	}
	return nil
}
