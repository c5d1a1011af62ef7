package impl

import (
	"time"

	"github.com/connspec/connspec/impl/sock"
	"github.com/connspec/connspec/spec"
)

// Setting is a socket option that spec has no name for.
type Setting = sock.Setting

// The settings.
const (
	SendBuffer    = sock.SendBuffer
	ReceiveBuffer = sock.ReceiveBuffer
	Cork          = sock.Cork
	MaxSegment    = sock.MaxSegment
)

// Adjust sets an option of a stream that spec has no name for, in the units of
// setsockopt; see [sock.Layer.Adjust].
func (h *Host) Adjust(now time.Duration, fd int32, o Setting, value int) spec.Errno {
	e := h.sock.Adjust(fd, o, value)
	h.carry(now)
	return e
}
