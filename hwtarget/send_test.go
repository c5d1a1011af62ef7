package hwtarget

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

// crowded is a NIC that takes a frame at every third attempt.
type crowded struct {
	NIC
	attempts, taken int
	reason          error
}

func (c *crowded) Send([][]byte) (int, error) {
	c.attempts++
	if c.attempts%3 != 0 {
		return 0, c.reason
	}
	c.taken++
	return 1, c.reason
}

func TestSendAllWaitsForRoom(t *testing.T) {
	c := &crowded{reason: syscall.ENOBUFS}
	err := SendAll(c, make([][]byte, 2), 0)
	if !errors.Is(err, syscall.ENOBUFS) {
		t.Errorf("without patience: %v, want ENOBUFS", err)
	}
	c = &crowded{reason: syscall.EPERM}
	if err = SendAll(c, make([][]byte, 2), time.Minute); !errors.Is(err, syscall.EPERM) || c.attempts != 1 {
		t.Errorf("another error: %v after %d attempts, want EPERM after 1", err, c.attempts)
	}
	sink := &filling{room: 1}
	if err = SendAll(sink, make([][]byte, 3), time.Minute); err != nil || sink.taken != 3 {
		t.Errorf("with patience: %d frames, %v; want 3", sink.taken, err)
	}
}

// filling is a NIC that has room for one frame at a time.
type filling struct {
	NIC
	room, taken int
}

func (f *filling) Send(frames [][]byte) (int, error) {
	n := min(f.room, len(frames))
	f.taken += n
	f.room = 1 - f.room
	if n < len(frames) {
		return n, syscall.EAGAIN
	}
	return n, nil
}
