package tcp

import "time"

// Config says how the connections of one host behave. Many connections share
// one Config, which must not change while one of them lives. Linux and BSD
// give complete values; the zero Config does not work.
type Config struct {
	MTU int // of the interface, in bytes; the MSS announced is 40 less

	// Limits of buffers in bytes, allocated as data comes. ReceiveBuffer is
	// also the largest window ever offered, InitialWindow the first one, which
	// is rounded down to whole segments.
	SendBuffer    int
	ReceiveBuffer int
	InitialWindow int

	WindowScaling bool  // RFC 7323 section 2
	WindowScale   uint8 // the shift announced; at most 14. It bounds the window, not the buffer
	Timestamps    bool  // RFC 7323 section 3
	SACK          bool  // RFC 2018
	DSACK         bool  // RFC 2883: report duplicate segments

	// SynRetries is how many SYNs are sent again before giving up, if the wait
	// doubles each time. SynLinear more wait RTOInitial each before that begins
	// (Linux tcp_syn_linear_timeouts); all end no later than without them.
	SynRetries    int
	SynLinear     int
	SynAckRetries int // SYN|ACKs sent again before giving up, passive open
	DataRetries   int // retransmissions before giving up (Linux tcp_retries2)
	// RetriesAsTime gives up after the time that DataRetries retransmissions
	// would take from RTOMin on, whatever the real RTO (Linux).
	RetriesAsTime bool
	OrphanRetries int // the same when the user is gone (Linux tcp_orphan_retries)

	RTOInitial time.Duration // before the first measurement (RFC 6298 section 2.1)
	RTOMin     time.Duration
	RTOMax     time.Duration
	// RTOVarFloor applies RTOMin to the variance term instead of the sum, so
	// that RTO >= SRTT + RTOMin (Linux tcp_rtt_estimator).
	RTOVarFloor bool

	TimeWait   time.Duration // 2 MSL (RFC 9293 section 3.6.1)
	FinTimeout time.Duration // in FIN-WAIT-2 after Close; 0: for ever (Linux tcp_fin_timeout)

	// Tick is the resolution of timers that are due at once: an ACK delayed by
	// nothing waits for the next tick (Linux: a jiffy).
	Tick time.Duration

	DelayedAck    time.Duration // shortest wait of a delayed ACK
	DelayedAckMax time.Duration // RFC 9293 section 3.8.6.3 allows up to 0.5 s
	QuickAcks     int           // segments acknowledged at once at the start of a burst (Linux quickack)
	// AckPush acknowledges data with PSH at once (XNU tcp_cc_delay_ack).
	AckPush bool
	// PingPong delays ACKs, that of a FIN too, while the connection looks like
	// question and answer, so that they ride on the reply (Linux).
	PingPong bool

	NagleMinshall bool // Nagle holds back only behind another small segment (Linux)
	TailLossProbe bool // RFC 8985 section 7, where SACK was agreed
	PushBatches   bool // PSH ends what would leave as one batch (Linux)
	// RACK finds losses by time (RFC 8985 section 6), not by counting SACKed
	// segments (RFC 6675).
	RACK bool
	FRTO bool    // RFC 5682
	ECN  ECNMode // RFC 3168
	// ProbeOldByte makes window and keepalive probes empty segments one below
	// SND.UNA (Linux); otherwise a window probe carries one new byte.
	ProbeOldByte bool

	InitialSegments    int  // of the congestion window (RFC 6928: 10)
	SlowStartAfterIdle bool // RFC 5681 section 4.1
	// CountSegments lets a congestion window of so many segments hold no more,
	// however short they are (Linux tcp_cwnd_test).
	CountSegments bool

	// FinBeforeAck lets Close in SYN-RECEIVED send the FIN at once, not after
	// the peer's ACK (RFC 9293 section 3.10.4 allows both; Linux).
	FinBeforeAck bool
	// FinAheadOfText sends a FIN that waited for the handshake before the text
	// of the segment that completes it is looked at (Linux
	// tcp_rcv_state_process).
	FinAheadOfText bool
	// AckOfNothing completes a crossed handshake by an ACK of anything in the
	// send window, the SYN itself unacknowledged (Linux tcp_ack); RFC 9293
	// section 3.10.7.4 wants the SYN acknowledged.
	AckOfNothing bool
	// ResetPastFin resets the connection for text, or a FIN, that lies beyond
	// the peer's FIN if the segment begins before it, and for a FIN beyond text
	// that nobody will read (Linux tcp_rcv_state_process).
	ResetPastFin  bool
	ResetOnUnread bool // Close with data unread sends RST (RFC 9293 section 3.6.1, SHLD-3)
	ResetOrphans  bool // data for a closed socket is answered with RST

	// ResendSynAfter sends the SYN again that soon after an unacceptable ACK to
	// the first one, so that an old connection's rest is gone quickly; 0: not
	// at all (Linux tcp_rcv_synsent_state_process: two ticks).
	ResendSynAfter time.Duration
	// LeftEdgeAcked begins the window at the last number acknowledged, not at
	// RCV.NXT (Linux tcp_sequence).
	LeftEdgeAcked bool
	// LateReset accepts a RST that repeats the number of the peer's FIN (Linux
	// tcp_reset_check).
	LateReset bool
	// Remnants keeps of a closed connection in FIN-WAIT-2 as little as of one in
	// TIME-WAIT, and lets it answer in a similar way (Linux tcp_time_wait).
	Remnants bool
	// NeedsAck drops a segment without ACK, SYN and RST before its sequence
	// number is looked at (Linux tcp_rcv_established, tcp_rcv_state_process); RFC
	// 9293 section 3.10.7.4 looks at the number first.
	NeedsAck bool
	// TakesBackoffBack: net or host unreachable about the oldest segment takes
	// back one doubling of its timeout (RFC 6069).
	TakesBackoffBack bool
	// ISNTick is how long the clock of initial sequence numbers takes for one
	// number. 0: the 4 us of RFC 9293 section 3.4.1.
	ISNTick time.Duration
	// OldAckBounded takes an acknowledgement from before the first one for
	// invalid, however large the window is (Linux tcp_ack, bytes_acked).
	OldAckBounded bool
	// InvalidLimit is the least time between two ACKs that answer invalid
	// segments (RFC 5961 section 7; Linux tcp_invalid_ratelimit). 0: no limit.
	InvalidLimit time.Duration

	KeepaliveIdle     time.Duration
	KeepaliveInterval time.Duration
	KeepaliveProbes   int
}

// Linux is the behaviour of Linux 6.x with its default sysctls, for an
// interface with the given MTU.
func Linux(mtu int) *Config {
	return &Config{
		MTU: mtu, SendBuffer: 2 << 20, ReceiveBuffer: 3 << 20, InitialWindow: 64 << 10,
		WindowScaling: true, WindowScale: 7, Timestamps: true, SACK: true, DSACK: true,
		SynRetries: 6, SynLinear: 4, SynAckRetries: 5, DataRetries: 15, RetriesAsTime: true, OrphanRetries: 8,
		RTOInitial: time.Second, RTOMin: 200 * time.Millisecond, RTOMax: 120 * time.Second, RTOVarFloor: true,
		TimeWait: 60 * time.Second, FinTimeout: 60 * time.Second,
		Tick: 4 * time.Millisecond, DelayedAck: 40 * time.Millisecond, DelayedAckMax: 200 * time.Millisecond, QuickAcks: 16, PingPong: true,
		NagleMinshall: true, TailLossProbe: true, PushBatches: true, RACK: true, FRTO: true, ECN: ECNAccept, ProbeOldByte: true,
		InitialSegments: 10, SlowStartAfterIdle: true, CountSegments: true,
		FinBeforeAck: true, FinAheadOfText: true, AckOfNothing: true, ResetPastFin: true, ResetOnUnread: true, ResetOrphans: true, ResendSynAfter: 8 * time.Millisecond, LeftEdgeAcked: true, LateReset: true, Remnants: true,
		OldAckBounded: true, NeedsAck: true,
		TakesBackoffBack: true,
		ISNTick:          64 * time.Nanosecond, // seq_scale
		InvalidLimit:     500 * time.Millisecond,
		KeepaliveIdle:    2 * time.Hour, KeepaliveInterval: 75 * time.Second, KeepaliveProbes: 9,
	}
}

// BSD is the behaviour of the BSD family (FreeBSD 13 and XNU agree on these
// values unless a personality says otherwise).
func BSD(mtu int) *Config {
	return &Config{
		MTU: mtu, SendBuffer: 1 << 20, ReceiveBuffer: 2 << 20, InitialWindow: 65535,
		WindowScaling: true, WindowScale: 6, Timestamps: true, SACK: true, DSACK: true,
		SynRetries: 6, SynAckRetries: 3, DataRetries: 12, OrphanRetries: 12,
		RTOInitial: time.Second, RTOMin: 230 * time.Millisecond, RTOMax: 64 * time.Second,
		TimeWait: 60 * time.Second, FinTimeout: 60 * time.Second,
		Tick: time.Millisecond, DelayedAck: 100 * time.Millisecond, DelayedAckMax: 100 * time.Millisecond, AckPush: true,
		InitialSegments: 10, SlowStartAfterIdle: true,
		ResetOrphans:  true,
		KeepaliveIdle: 2 * time.Hour, KeepaliveInterval: 75 * time.Second, KeepaliveProbes: 8,
	}
}

// ipTCPHeaders is the size of the IPv4 and TCP headers without options.
const ipTCPHeaders = 40

// mssDefault and mssMin bound the peer's MSS: the value without the option
// (RFC 9293 section 3.7.1) and the least that makes sense (Linux TCP_MIN_MSS).
const (
	mssDefault = 536
	mssMin     = 88
)

func (cfg *Config) advertisedMSS() uint16 {
	return uint16(min(max(cfg.MTU-ipTCPHeaders, mssMin), 65535))
}
