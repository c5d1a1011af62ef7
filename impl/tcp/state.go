package tcp

// State is a connection state of RFC 9293 section 3.3.2.
type State uint8

const (
	StateClosed State = iota
	StateListen       // no Conn is ever in it; named for the sake of users
	StateSynSent
	StateSynReceived
	StateEstablished
	StateFinWait1
	StateFinWait2
	StateCloseWait
	StateClosing
	StateLastAck
	StateTimeWait
	stateCount
)

var stateNames = [stateCount]string{
	StateClosed: "CLOSED", StateListen: "LISTEN", StateSynSent: "SYN-SENT",
	StateSynReceived: "SYN-RECEIVED", StateEstablished: "ESTABLISHED",
	StateFinWait1: "FIN-WAIT-1", StateFinWait2: "FIN-WAIT-2", StateCloseWait: "CLOSE-WAIT",
	StateClosing: "CLOSING", StateLastAck: "LAST-ACK", StateTimeWait: "TIME-WAIT",
}

// String is the state's name in RFC 9293.
func (s State) String() string {
	if s < stateCount {
		return stateNames[s]
	}
	return "STATE?"
}

// Synchronized says whether both sides know each other's sequence numbers
// (RFC 9293 section 3.5.3).
func (s State) Synchronized() bool { return s >= StateEstablished }

// sends says whether new data may still be sent or queued data be on its way.
func (s State) sends() bool {
	switch s {
	case StateEstablished, StateCloseWait, StateFinWait1, StateClosing, StateLastAck:
		return true
	}
	return false
}

// receives says whether data of the peer is still to come.
func (s State) receives() bool {
	return s == StateEstablished || s == StateFinWait1 || s == StateFinWait2
}
