package tcp

// Event is a set of things that happened to a connection during one Handle,
// Expire or Close. The zero Event: nothing its user could notice.
type Event uint16

const (
	// Established: the handshake is complete; data may be written.
	Established Event = 1 << iota
	// Refused: the peer answered our SYN with a RST. The state is CLOSED.
	Refused
	// Reset: the peer reset the connection. The state is CLOSED; EndedIn tells
	// the one it was in, which decides between errnos.
	Reset
	// TimedOut: we gave up retransmitting, probing or keepalive. CLOSED.
	TimedOut
	// Aborted: we reset the peer for data that nobody is there to read any
	// more. The state is CLOSED and Next gives the RST.
	Aborted
	// PeerClosed: the peer's FIN is in; the end of file follows the data.
	PeerClosed
	// Data: Readable grew.
	Data
	// Space: Writable grew.
	Space
	// FinAcked: everything written and our FIN were acknowledged.
	FinAcked
	// Superseded: a SYN that may reuse the endpoints came in TIME-WAIT (RFC
	// 9293 section 3.6.1). The state is CLOSED; hand the SYN to the listener,
	// with SuccessorISS.
	Superseded
	// Closed: the state is CLOSED; when Next has nothing more to send, the
	// connection is not needed any longer.
	Closed
	// AckTaken: the peer acknowledged what it may acknowledge, new or not: the
	// way to it and back is good.
	AckTaken
)
