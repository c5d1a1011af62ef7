package report

import (
	"errors"
	"io"
	"os"
	"testing"
)

func TestWritableLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Writable(dir + "/a.json"); err != nil {
		t.Error(err)
	}
	if err := Writable(dir); err == nil {
		t.Error("a directory counts as writable")
	}
	if err := Writable(dir + "/none/a.json"); err == nil {
		t.Error("a file in a directory that is not there counts as writable")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d files left", len(entries))
	}
}

func TestFileThatFailsHalfWayIsNotThere(t *testing.T) {
	dir, broken := t.TempDir(), errors.New("out of words")
	err := Write(dir+"/a", func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("Write = %v, want %v", err, broken)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d files left", len(entries))
	}
}
