package model

// Reason says why a trace has left the model.
type Reason uint8

const (
	Inside            Reason = iota // it has not
	LeftFamily                      // a family, type or protocol of socket that is not modelled
	LeftScope                       // more sockets, threads, descriptors or frames than a world holds
	LeftNumbers                     // a sequence number or length beyond what the model counts
	LeftAddress                     // an address outside the plan, or a group or broadcast address as source
	LeftEnv                         // a change of the environment
	LeftPoll                        // poll that waits, or with more entries than the model keeps
	LeftOutOfOrder                  // data beyond a hole in the sequence space
	LeftSegment                     // a segment that no peer sends in its right mind, or an option the model ignores
	LeftOutstanding                 // retransmission, or a window of one, with several segments outstanding
	LeftTupleReuse                  // a connection over the remains of an earlier one with the same addresses
	LeftSynCookies                  // a request queue that is full
	LeftSimultaneous                // two threads in one call whose order shows
	LeftOption                      // an option or command the model does not know
	LeftLocalDelivery               // broadcast or group datagrams to sockets of the host itself
	LeftWindow                      // a send that the peer's window or the send buffer cuts
	LeftHalfOpen                    // a stream whose SYN the host itself refused to send: BSD leaves it in SYN-SENT
	LeftShutdown                    // shutdown or close half way, or of a listener, outside Linux
	LeftFastOpen                    // a corner of Fast Open: a peer that opens too, lost SYNs, a frame before the SYN
	LeftFiles                       // a file system larger than a world holds, or a change that the model does not know
	LeftCall                        // a call that the system of the dialect does not have
	LeftReusePort                   // SO_REUSEPORT: which of several sockets gets what comes for all
	ReasonCount
)

var reasons = [ReasonCount]string{
	Inside:            "inside the model",
	LeftFamily:        "a family, type or protocol of socket that is not modelled: AF_PACKET, AF_NETLINK, MPTCP, SCTP, DCCP, what is raw outside Linux, and what raw AF_INET6 sockets send",
	LeftScope:         "more sockets, threads, descriptors or frames in flight than a world holds",
	LeftNumbers:       "a sequence number or a length beyond what the model counts",
	LeftAddress:       "an address outside the plan, or a group or broadcast address as local name",
	LeftEnv:           "a change of the environment",
	LeftPoll:          "a poll that waits, or has more entries than the model keeps",
	LeftOutOfOrder:    "data beyond a hole in the sequence space",
	LeftSegment:       "a segment outside the classes that the model tells apart",
	LeftOutstanding:   "a retransmission, or a congestion window of one, with several segments outstanding",
	LeftTupleReuse:    "a connection over the remains of an earlier one between the same addresses",
	LeftSynCookies:    "a listener whose request queue is full",
	LeftSimultaneous:  "two threads in one call whose order shows",
	LeftOption:        "a socket option or command that the model does not know",
	LeftLocalDelivery: "a broadcast or group datagram that sockets of the host itself may get",
	LeftHalfOpen:      "a stream socket that BSD leaves in SYN-SENT because the host would not send its SYN",
	LeftShutdown:      "a shutdown or close half way through an attempt, or of a listener, outside Linux",
	LeftCall:          "a call that the system does not have: connectx and disconnectx are of macOS alone",
	LeftFastOpen:      "a Fast Open whose SYN crosses another or is lost, or that a segment or an ICMP message meets before its SYN",
	LeftFiles:         "a file system larger than a world holds, or a change of it that the model does not know",
	LeftReusePort:     "a SYN or datagram for several sockets with one name by SO_REUSEPORT, sent within the host or with more than two of them",
	LeftWindow:        "a send that the peer's window or the send buffer would cut",
}

func (r Reason) String() string {
	if r < ReasonCount {
		return reasons[r]
	}
	return "reason?"
}

// NotModelled lists what the model leaves out, in words.
func NotModelled() []Reason {
	var all []Reason
	for r := Inside + 1; r < ReasonCount; r++ {
		all = append(all, r)
	}
	return all
}
