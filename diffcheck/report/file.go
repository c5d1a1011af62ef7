package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unfinished is a file in the making: it appears under its name, whole, when
// commit returns, and not at all before.
type unfinished struct {
	*os.File
	path string
}

func begin(path string) (*unfinished, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &unfinished{f, path}, nil
}

// Writable fails where [Write] could not make the file. It leaves nothing.
func Writable(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", path)
	}
	f, err := begin(path)
	if err != nil {
		return err
	}
	f.discard()
	return nil
}

// commit gives the file its name.
func (f *unfinished) commit() error {
	if err := f.Chmod(0o644); err != nil {
		f.discard()
		return err
	}
	if err := f.Close(); err != nil {
		os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		os.Remove(f.Name())
		return err
	}
	return nil
}

// discard removes what was written.
func (f *unfinished) discard() {
	f.Close()
	os.Remove(f.Name())
}

// Write makes a file of what fill writes. It appears whole or not at all.
func Write(path string, fill func(io.Writer) error) error {
	f, err := begin(path)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		f.discard()
		return err
	}
	return f.commit()
}
