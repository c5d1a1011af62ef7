package capture_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/capture"
	"github.com/connspec/connspec/hwtarget/simnet"
)

var frames = []capture.Frame{
	{At: 0, Direction: capture.Out, Data: []byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00 first"), Comments: []string{"linux.connect.einprogress", "two comments"}},
	{At: 1500 * time.Millisecond, Direction: capture.In, Data: make([]byte, 1514)},
	{At: time.Hour + time.Nanosecond, Data: make([]byte, 61)},
}

func write(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.pcapng")
	if err := capture.WriteFile(path, frames); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := write(t)
	got, err := capture.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, frames) {
		t.Errorf("read\n%+v\nwrote\n%+v", got, frames)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files in the directory, want the capture alone", len(left))
	}
}

func TestNothingIsLeftOfAnUnfinishedFile(t *testing.T) {
	dir := t.TempDir()
	w, err := capture.Create(filepath.Join(dir, "x.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(frames[0])
	if _, err := os.Stat(filepath.Join(dir, "x.pcapng")); err == nil {
		t.Error("the file has its name before Close")
	}
	w.Discard()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files left", len(left))
	}
}

// Each prefix of a file is either a shorter capture, where the cut falls between
// blocks, or an error that says where.
func TestEveryCutIsFound(t *testing.T) {
	path := write(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clean := 0
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := capture.Read(path)
		var bad *capture.FormatError
		switch {
		case err == nil && len(got) < len(frames):
			clean++
		case !errors.As(err, &bad):
			t.Fatalf("cut after %d of %d: %d frames, %v, want a FormatError", n, len(whole), len(got), err)
		case bad.Offset > n || bad.Want == "":
			t.Errorf("cut after %d: %v, want a place before the cut and what was expected", n, err)
		}
	}
	if clean != len(frames) {
		t.Errorf("%d cuts gave a shorter capture, want %d: after the headers and each packet but the last", clean, len(frames))
	}
}

func TestWhatIsNoCapture(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "offset 0: an empty file: want a pcapng section header"},
		{"pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "offset 0: a pcap file: want a pcapng file"},
		{"text", "hello, I am not a capture", "offset 0: 68 65 6c 6c: want the pcapng section header"},
		{"short", "\n\r\r\n", "offset 0: the file ends after 4 bytes of a block: want 12 or more"},
		{"order", "\n\r\r\n\x1c\x00\x00\x00abcd", "offset 8: byte-order magic 61 62 63 64: want"},
		{"length", "\n\r\r\n\x0d\x00\x00\x00\x4d\x3c\x2b\x1a", "offset 4: block length 13: want"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := capture.Read(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.want)
		}
	}
	if _, err := capture.Read(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v, want ErrNotExist", err)
	}
	if _, err := capture.Read(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.pcapng")
	if err := capture.WriteFile(path, frames); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 300 { // one byte wrong, in the headers and the first packet
		bad := append([]byte(nil), seed[:400]...)
		bad[i] ^= 0xff
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := capture.Read(path); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("error of more than one line: %v", err)
		}
	})
}

func TestNICCapturesBothWays(t *testing.T) {
	net, err := simnet.New(simnet.Config{Ports: 2, Link: simnet.Link{Delay: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.pcapng")
	w, err := capture.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	a, b := capture.Wrap(net.Port(0), w, net.Now), net.Port(1)
	there := append([]byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x88\xb5"), "there"...)
	back := append([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5"), "back"...)
	var buf [4][]byte
	a.Send([][]byte{there})
	b.Send([][]byte{back})
	net.AdvanceTo(2 * time.Second)
	if n, err := a.Recv(buf[:]); n != 1 || err != nil {
		t.Fatalf("Recv: %d, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := capture.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []capture.Frame{
		{At: 0, Direction: capture.Out, Data: there},
		{At: 2 * time.Second, Direction: capture.In, Data: back},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("captured\n%+v\nwant\n%+v", got, want)
	}
}
