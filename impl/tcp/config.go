package tcp

import "time"

// Config says how the connections of one host behave. Many connections share
// one Config, which does not change while one of them lives.
type Config struct {
	MTU int // of the interface, in bytes; the MSS we announce is 40 less

	// Sizes of buffers in bytes, allocated as data comes. The receive limit is
	// the largest window ever offered.
	SendBuffer    int
	ReceiveBuffer int

	WindowScaling bool // RFC 7323
	Timestamps    bool // RFC 7323
	SACK          bool // RFC 2018

	SynRetries    int // SYNs sent again before giving up
	SynAckRetries int // SYN|ACKs sent again before giving up, passive open
	DataRetries   int // retransmissions before giving up (Linux tcp_retries2)

	RTOInitial time.Duration // before the first measurement (RFC 6298 section 2.1)
	RTOMin     time.Duration
	RTOMax     time.Duration
	TimeWait   time.Duration // 2 MSL
	FinTimeout time.Duration // in FIN-WAIT-2 after Close; 0: for ever
}
