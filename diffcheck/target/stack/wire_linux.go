package stack

import (
	"fmt"
	"time"

	"github.com/connspec/connspec/hwtarget"
	"github.com/connspec/connspec/hwtarget/lab"
)

// wire is a veth pair with a NIC on either end.
type wire struct {
	*lab.Wire
	out [1][]byte
	in  [16][]byte
}

func newWire() (carrier, error) {
	w, err := lab.NewWire(lab.Options{})
	if err != nil {
		return nil, err
	}
	return &wire{Wire: w}, nil
}

func (w *wire) toPuppet(frame []byte, arrive func([]byte)) error {
	return w.carry(w.A, w.B, frame, arrive)
}
func (w *wire) toHost(frame []byte, arrive func([]byte)) error {
	return w.carry(w.B, w.A, frame, arrive)
}

// patience bounds the wait for a frame that the kernel did not deliver before
// Send returned, which it does when it has a backlog to work off.
const patience = time.Second

func (w *wire) carry(from, to hwtarget.NIC, frame []byte, arrive func([]byte)) error {
	w.out[0] = frame
	if err := hwtarget.SendAll(from, w.out[:], patience); err != nil {
		return fmt.Errorf("stack: send a frame: %w", err)
	}
	var began time.Time
	for {
		n, err := to.Recv(w.in[:])
		if err != nil {
			return fmt.Errorf("stack: receive: %w", err)
		}
		for _, b := range w.in[:n] {
			arrive(b)
		}
		if n > 0 {
			return nil
		}
		if began.IsZero() {
			began = time.Now()
		} else if time.Since(began) > patience {
			return fmt.Errorf("stack: a frame of %d bytes did not arrive within %v", len(frame), patience)
		}
		if err := to.Wait(patience); err != nil {
			return fmt.Errorf("stack: wait for a frame: %w", err)
		}
	}
}
