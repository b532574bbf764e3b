package upload

import (
	"archive/zip"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

// programs are endings of what an archive must not bring into an office.
var programs = map[string]bool{
	".exe": true, ".dll": true, ".com": true, ".scr": true, ".msi": true, ".bat": true, ".cmd": true, ".ps1": true, ".vbs": true,
	".js": true, ".jse": true, ".wsf": true, ".hta": true, ".jar": true, ".lnk": true, ".apk": true, ".sh": true, ".docm": true, ".xlsm": true,
}

// kindOf knows a file by its content and compares that with its name.
func kindOf(file, name string) (rendicion.Format, error) {
	m, err := mimetype.DetectFile(file)
	if err != nil {
		return rendicion.Format{}, err
	}
	for _, format := range rendicion.Formats {
		if !m.Is(format.MIME) {
			continue
		}
		if refused := inside(file, format); refused != "" {
			return format, fault.New(fault.FileKindRefused, "file").With("found", refused)
		}
		ending := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
		for _, e := range format.Extensions {
			if e == ending {
				return format, nil
			}
		}
		return format, fault.New(fault.FileNameMismatch, "name").With("found", format.MIME)
	}
	return rendicion.Format{}, fault.New(fault.FileKindRefused, "file").With("found", plain(m))
}

// plain is the kind in one word; every executable is "executable".
func plain(m *mimetype.MIME) string {
	for at := m; at != nil; at = at.Parent() {
		switch at.String() {
		case "application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
			"application/x-executable", "application/x-sharedlib", "application/x-object", "text/x-shellscript", "application/jar", "application/java-archive":
			return "executable"
		}
	}
	kind, _, _ := strings.Cut(m.String(), ";")
	return kind
}

// inside looks into what is an archive (also an .xlsx or .docx): programs and
// macros are refused, and so is one that cannot be opened.
func inside(file string, format rendicion.Format) string {
	if !strings.HasPrefix(format.MIME, "application/zip") && !strings.Contains(format.MIME, "openxmlformats") {
		return ""
	}
	archive, err := zip.OpenReader(file)
	if err != nil {
		return "damaged"
	}
	defer func() { _ = archive.Close() }()
	for _, entry := range archive.File {
		switch base := strings.ToLower(path.Base(entry.Name)); {
		case base == "vbaproject.bin":
			return "macros"
		case programs[path.Ext(base)]:
			return "zip_program"
		}
	}
	return ""
}
