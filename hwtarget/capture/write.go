package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Direction is which way a frame went, as the captured NIC sees it.
type Direction uint8

const (
	Unknown Direction = iota
	In                // received by the NIC
	Out               // sent by it
)

// Frame is one of a capture.
type Frame struct {
	At        time.Duration
	Direction Direction
	Data      []byte
	Comments  []string
}

// Writer writes a file. It belongs to one goroutine.
type Writer struct {
	path string
	file *os.File
	ng   *pcapgo.NgWriter
	err  error // the first
}

// Create begins a file that Close gives the name path.
func Create(path string) (*Writer, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	w := &Writer{path: path, file: f}
	intf := pcapgo.DefaultNgInterface
	intf.Name, intf.LinkType, intf.SnapLength = "eth0", layers.LinkTypeEthernet, 0
	intf.TimestampResolution = 9 // 10^-9 s
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "connspec"}}
	if w.ng, err = pcapgo.NewNgWriterInterface(f, intf, options); err != nil {
		w.Discard()
		return nil, fmt.Errorf("capture: %s: %w", path, err)
	}
	return w, nil
}

// Write adds a frame. After an error all later ones, and Close, return it too.
func (w *Writer) Write(f Frame) error {
	if w.err != nil {
		return w.err
	}
	ci := gopacket.CaptureInfo{
		Timestamp: time.Unix(0, int64(f.At)).UTC(), CaptureLength: len(f.Data), Length: len(f.Data),
	}
	opts := pcapgo.NgPacketOptions{Comments: f.Comments}
	switch f.Direction {
	case In:
		opts.Flags = &pcapgo.NgEpbFlags{Direction: pcapgo.NgEpbFlagDirectionInbound}
	case Out:
		opts.Flags = &pcapgo.NgEpbFlags{Direction: pcapgo.NgEpbFlagDirectionOutbound}
	}
	if err := w.ng.WritePacketWithOptions(ci, f.Data, opts); err != nil {
		w.err = fmt.Errorf("capture: %s: %w", w.path, err)
	}
	return w.err
}

// Close completes the file and gives it its name. After an error there is no
// file.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = w.ng.Flush()
	}
	if w.err != nil {
		w.Discard()
		return w.err
	}
	// CreateTemp makes files that only the owner reads; a capture is for showing.
	err := errors.Join(w.file.Chmod(0o644), w.file.Close())
	if err == nil {
		err = os.Rename(w.file.Name(), w.path)
	}
	if err != nil {
		os.Remove(w.file.Name())
		return fmt.Errorf("capture: %w", err)
	}
	return nil
}

// Discard ends the Writer and leaves no file.
func (w *Writer) Discard() {
	w.file.Close()
	os.Remove(w.file.Name())
}

// WriteFile writes a whole capture.
func WriteFile(path string, frames []Frame) error {
	w, err := Create(path)
	if err != nil {
		return err
	}
	for _, f := range frames {
		if w.Write(f) != nil {
			break
		}
	}
	return w.Close()
}
