package generate

// State is what the generator believes about a socket: enough to make likely
// what leads on. It need not be right.
type State uint8

const (
	StateNone       State = iota // no socket, or not a socket
	StateFresh                   // stream, unbound or bound
	StateConnecting              // stream, a SYN is out
	StateConnected               // stream
	StateListening               // stream
	StateFailed                  // stream, an attempt failed or a connection was reset
	StateDatagram                // datagram without a peer
	StateAssociated              // datagram with a peer
	stateCount
)

var stateNames = [stateCount]string{"none", "fresh", "connecting", "connected", "listening", "failed", "datagram", "associated"}

func (s State) String() string { return stateNames[s] }

// Action is a kind of event.
type Action uint8

const (
	ActSocket Action = iota
	ActBind
	ActConnect
	ActDissolve // connect to AF_UNSPEC
	ActListen
	ActAccept
	ActGetsockname
	ActGetpeername
	ActSoError
	ActGetsockopt // other options
	ActSetsockopt
	ActNonblock
	ActGetfl
	ActPoll
	ActShutdown
	ActSend
	ActRecv
	ActSendto
	ActRecvfrom
	ActDup
	ActDup2
	ActClose
	ActOpen
	ActSynAck     // the puppet answers a SYN
	ActBadSynAck  // with a wrong acknowledgement
	ActRefuse     // RST|ACK to a SYN
	ActBadRefuse  // with a wrong acknowledgement, or RST without one
	ActPeerSyn    // the puppet's own SYN, to a listener
	ActCrossSyn   // or to a connecting socket: simultaneous open
	ActPeerAck    // a plain acknowledgement, the third of a handshake included
	ActPeerData   // bytes
	ActPeerFin    // end of them
	ActPeerReset  // RST in a connection
	ActICMP       // about the last packet of the host
	ActDatagram   // from the peer
	ActThirdParty // from another address, or to another port
	actionCount
)

var actionNames = [actionCount]string{
	"socket", "bind", "connect", "dissolve", "listen", "accept", "getsockname", "getpeername", "so-error",
	"getsockopt", "setsockopt", "nonblock", "getfl", "poll", "shutdown", "send", "recv", "sendto", "recvfrom",
	"dup", "dup2", "close", "open", "syn-ack", "bad-syn-ack", "refuse", "bad-refuse", "peer-syn", "cross-syn",
	"peer-ack", "peer-data", "peer-fin", "peer-reset", "icmp", "datagram", "third-party",
}

func (a Action) String() string { return actionNames[a] }

// anyState are the weights of what is worth a look in every state of a socket.
var anyState = [actionCount]uint8{
	ActSocket: 1, ActGetsockname: 2, ActGetpeername: 2, ActSoError: 3, ActGetsockopt: 1, ActSetsockopt: 1,
	ActNonblock: 2, ActGetfl: 1, ActPoll: 4, ActShutdown: 1, ActDup: 1, ActDup2: 1, ActClose: 1, ActOpen: 1,
	ActDissolve: 2, ActConnect: 3, ActBind: 1, ActListen: 1,
}

// inState are the weights of what leads on from a state, beyond anyState.
var inState = [stateCount][actionCount]uint8{
	StateNone:       {ActSocket: 40, ActConnect: 4, ActOpen: 3},
	StateFresh:      {ActConnect: 30, ActBind: 8, ActListen: 6, ActShutdown: 1, ActSend: 1, ActRecv: 1, ActSetsockopt: 2, ActNonblock: 3},
	StateConnecting: {ActConnect: 6, ActSynAck: 18, ActBadSynAck: 4, ActRefuse: 8, ActBadRefuse: 4, ActCrossSyn: 5, ActPeerAck: 3, ActICMP: 14, ActShutdown: 3, ActSend: 2, ActRecv: 2, ActDissolve: 2, ActClose: 2},
	StateConnected:  {ActConnect: 5, ActPeerData: 6, ActPeerFin: 4, ActPeerReset: 5, ActPeerAck: 5, ActSend: 4, ActRecv: 5, ActShutdown: 4, ActICMP: 4, ActDissolve: 3, ActGetpeername: 2, ActClose: 2},
	StateListening:  {ActPeerSyn: 12, ActPeerAck: 12, ActAccept: 12, ActConnect: 3, ActSocket: 3, ActPeerReset: 2, ActClose: 2, ActShutdown: 2, ActDissolve: 2, ActICMP: 1},
	StateFailed:     {ActConnect: 16, ActListen: 2, ActBind: 2, ActSend: 3, ActRecv: 3, ActSoError: 3, ActGetsockname: 1, ActDissolve: 3, ActRefuse: 1},
	StateDatagram:   {ActConnect: 24, ActSendto: 6, ActBind: 6, ActSend: 2, ActDatagram: 4, ActThirdParty: 3, ActRecvfrom: 2, ActSetsockopt: 5, ActListen: 1},
	StateAssociated: {ActConnect: 16, ActSend: 10, ActRecv: 4, ActICMP: 14, ActDatagram: 6, ActThirdParty: 5, ActSendto: 4, ActRecvfrom: 2, ActDissolve: 5, ActGetpeername: 3, ActShutdown: 2, ActSetsockopt: 3},
}

// DefaultWeight is the weight of an action in a state.
func DefaultWeight(s State, a Action) int {
	w := int(inState[s][a])
	if s != StateNone {
		w += int(anyState[a])
	}
	return w
}

// weightTable holds sums of weights: row[a] is that of the actions up to a.
type weightTable [stateCount][actionCount]int

func newWeightTable(weight func(State, Action) int) *weightTable {
	t := new(weightTable)
	for s := range stateCount {
		sum := 0
		for a := range actionCount {
			sum += max(weight(s, a), 0)
			t[s][a] = sum
		}
	}
	return t
}

// pick draws an action by its weight in s. A state without any gives socket.
func (t *weightTable) pick(draw source, s State) Action {
	row := &t[s]
	total := row[actionCount-1]
	if total == 0 {
		return ActSocket
	}
	n := draw.below(total)
	for a := range actionCount {
		if n < row[a] {
			return a
		}
	}
	panic("BUG: the sums of the weights do not rise to their last")
}
