package impl

import (
	"time"

	"github.com/connspec/connspec/impl/tcp"
)

// TCPInfo describes the connection of a stream socket, for tools: what Linux
// shows with getsockopt(TCP_INFO). It changes nothing. ok is false if fd is no
// stream of this host.
func (h *Host) TCPInfo(now time.Duration, fd int32) (info tcp.Info, ok bool) {
	return h.sock.TCPInfo(now, fd)
}
