package sock

import "time"

// backlog is what only a socket has that listens, or did: the handshakes under
// way and the connections that wait to be accepted (Linux request_sock_queue).
type backlog struct {
	limit   int32 // as listen(2) named it
	queued  int32 // connections that wait
	embryos int   // connections in SYN-RECEIVED
	queue   fifo  // sockets to be accepted
	// overflowed: cookies were sent, the last at overflowAt.
	overflowed bool
	overflowAt time.Duration
}

func (b *backlog) clone() *backlog {
	if b == nil {
		return nil
	}
	c := *b
	c.queue = b.queue.clone()
	return &c
}

// reset makes b that of a socket that never listened.
func (b *backlog) reset() {
	if b != nil {
		b.queue.reset()
		*b = backlog{queue: b.queue}
	}
}
