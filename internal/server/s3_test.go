package server_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// s3 is a real S3 server over a folder (`make s3`), with a bucket; it answers where.
func s3(t *testing.T) (address, folder string) {
	t.Helper()
	binary := os.Getenv("CHASKI_S3_SERVER")
	if binary == "" {
		t.Skip("CHASKI_S3_SERVER names no server: make s3")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, folder = l.Addr().String(), t.TempDir()
	_ = l.Close()
	if err := os.Mkdir(filepath.Join(folder, "chaski"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary, "--access", "prueba", "--secret", "prueba-secreta", "--port", address, "posix", folder)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address, folder
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the S3 server does not answer")
	return "", ""
}

func inS3(t *testing.T, k *testkit.Kit, address string) {
	t.Helper()
	settings := k.App.Settings()
	settings.S3.Enabled, settings.S3.ForcePathStyle = true, true
	settings.S3.Bucket, settings.S3.Region, settings.S3.Endpoint = "chaski", "us-east-1", "http://"+address
	settings.S3.AccessKey, settings.S3.Secret = "prueba", "prueba-secreta"
	if err := k.App.Save(settings); err != nil {
		t.Fatal(err)
	}
}

// Documents of before are moved there too.
func TestFilesInS3AreMoved(t *testing.T) {
	address, folder := s3(t)
	o := ended(t)
	inS3(t, o.Kit, address)
	old := o.oldOnes()
	o.read(old)
	if err := o.files().Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, body := range old {
		if b, err := os.ReadFile(filepath.Join(folder, "chaski", "files", sum(body)[:2], sum(body))); err != nil || !bytes.Equal(b, body) {
			t.Errorf("%v", err)
		}
	}
	if n := o.Int(`SELECT count(*) FROM rendicion_documents WHERE file <> ''`); n > 0 {
		t.Errorf("%d were not moved", n)
	}
	o.read(old)
	o.verified()
}

// The storage may be S3: photographs are kept there once, read from there, verified
// there, and let go there.
func TestFilesInS3(t *testing.T) {
	address, folder := s3(t)
	k, rosa, _ := twoPhones(t)
	inS3(t, k, address)
	token := k.Token(testkit.Rosa)
	x, y := newPhoto(k, "visit_photos", "p", 1), newPhoto(k, "visit_photos", "q", 2)
	for _, photo := range []photo{x, y} {
		applied(t, rosa.Push(photo.of(rosa, "v")))
		photo.bring(k, token, "thumb", photo.thumb).JSON(200, nil)
		photo.bring(k, token, "file", photo.body).JSON(200, nil)
	}
	at := func(body []byte) string { return filepath.Join(folder, "chaski", "files", sum(body)[:2], sum(body)) }
	if b, err := os.ReadFile(at(x.body)); err != nil || !bytes.Equal(b, x.body) {
		t.Fatalf("%v", err)
	}
	if _, err := os.Stat(keptAs(k, sum(x.body))); err == nil {
		t.Error("it is on the disk too")
	}
	if r := k.Do("GET", x.path(), token, nil); r.Status != 200 || !bytes.Equal(r.Body, x.body) {
		t.Errorf("%d", r.Status)
	}
	if r := k.Do("GET", x.path(), token, nil, "Range: bytes=2-5"); r.Status != 206 || !bytes.Equal(r.Body, x.body[2:6]) {
		t.Errorf("a range: %d", r.Status)
	}
	verifies(t, k)
	stray := []byte("nadie la nombra")
	if err := os.MkdirAll(filepath.Dir(at(stray)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at(stray), stray, 0o600); err != nil {
		t.Fatal(err)
	}
	applied(t, rosa.Push(rosa.Change("delete", "visit_photos", "q", 1, fields{})))
	k.Clock = time.Now().AddDate(0, 0, 2)
	r := receiver(k)
	for range 2 {
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.Clock = k.Clock.AddDate(0, 0, 91)
	}
	for _, gone := range [][]byte{stray, y.body, y.thumb} {
		if _, err := os.Stat(at(gone)); err == nil {
			t.Errorf("%s is still there", sum(gone)[:8])
		}
	}
	for _, kept := range [][]byte{x.body, x.thumb} {
		if _, err := os.Stat(at(kept)); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(at(x.body), x.thumb, 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil || report.Of(verify.CheckFiles) != 1 {
		t.Errorf("other bytes in S3 are not named: %v %+v", err, report.Differences)
	}
}
