package hwtarget

import (
	"errors"
	"time"
)

// NIC is a place where Ethernet frames leave and arrive. A frame begins with
// the destination address and has no preamble and no check sequence.
//
// Send and Recv belong to one goroutine at a time, and so does Wait, which may
// run beside them; Wake may be called from any. Close must not run beside Send
// or Recv.
type NIC interface {
	// Send transmits frames in order and gives the number taken. It keeps none
	// of them. A number below len(frames) comes with the reason.
	Send(frames [][]byte) (int, error)
	// Recv fills in frames with what has arrived, oldest first, and gives
	// their number; it never blocks and 0 with a nil error means that nothing
	// is there. The frames are the NIC's memory: they may be read until the
	// next Recv or Close.
	Recv(frames [][]byte) (int, error)
	// Wait returns when there is something to Recv, or at the next Wake, or
	// after timeout, whichever is first; negative means no timeout. It may also
	// return early, and does so while frames of the last Recv are being read.
	// It returns [ErrClosed] on a closed NIC.
	Wait(timeout time.Duration) error
	// Wake makes the Wait under way return, or the next one if there is none.
	Wake()
	// MAC is the address that the NIC answers for.
	MAC() [6]byte
	// MTU is the largest payload of a frame in bytes, its 14 byte header not
	// counted.
	MTU() int
	// Offload says what the NIC takes over from the stack.
	Offload() Offload
	// Close releases the NIC. A Wait under way returns ErrClosed.
	Close() error
}

// Offload says which work a NIC does for the stack. The zero value is a NIC
// that carries frames as they are.
type Offload struct {
	// Largest is the largest packet in bytes that the NIC takes: what exceeds the
	// MTU it cuts up into segments. If it is not 0, every frame of Send and Recv
	// begins with a virtio-net header of [OffloadHeaderSize] bytes, which says how,
	// and whether a checksum is to be filled in or was verified (VIRTIO 1.3
	// section 5.1.6; impl.Config.Offload).
	Largest int
}

// OffloadHeaderSize is the size of the header in front of the frames of a NIC
// that offloads.
const OffloadHeaderSize = 10

// ErrClosed is returned by the verbs of a NIC after Close.
var ErrClosed = errors.New("hwtarget: NIC is closed")

// HeaderSize is the size of the Ethernet header that a frame begins with.
const HeaderSize = 14
