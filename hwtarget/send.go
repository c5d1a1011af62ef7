package hwtarget

import (
	"errors"
	"syscall"
	"time"
)

// SendAll transmits every frame, and for as long as patience lasts waits where
// the device has no room (ENOBUFS, EAGAIN): on a busy machine the far end of a
// veth pair is slow to take in what is queued.
func SendAll(nic NIC, frames [][]byte, patience time.Duration) error {
	var began time.Time
	for {
		n, err := nic.Send(frames)
		frames = frames[n:]
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.ENOBUFS) && !errors.Is(err, syscall.EAGAIN):
			return err
		case began.IsZero():
			began = time.Now()
		case time.Since(began) > patience:
			return err
		}
		time.Sleep(100 * time.Microsecond)
	}
}
