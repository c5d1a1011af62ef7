package tcp

import "time"

// CAState is what a sender believes about the path, in the numbers of Linux
// (enum tcp_ca_state, linux/tcp.h).
type CAState uint8

const (
	CAOpen     CAState = iota // nothing is in doubt
	CADisorder                // duplicate ACKs or SACK blocks, no loss yet
	CACWR                     // the congestion window shrinks without a loss (ECN)
	CARecovery                // fast recovery
	CALoss                    // after a retransmission timeout
)

// String is the state's name in linux/tcp.h, without its prefix.
func (s CAState) String() string {
	if names := [...]string{"Open", "Disorder", "CWR", "Recovery", "Loss"}; int(s) < len(names) {
		return names[s]
	}
	return "CA?"
}

// Info is a connection as its host sees it: the fields of Linux's struct
// tcp_info under Go names, and in Go units. Numbers of segments count segments,
// sizes count bytes.
type Info struct {
	State       State
	CAState     CAState
	Retransmits int // of the oldest segment
	Probes      int // window or keepalive probes without an answer
	Backoff     int // doublings of the timeout

	Timestamps, SACK, WindowScaling bool // agreed with the peer
	ECN, ECNSeen                    bool // agreed; and a packet came with an ECT codepoint
	SndWScale, RcvWScale            uint8
	SynData                         bool // the SYN carried data, and the peer took it (RFC 7413)
	SynDataLost                     bool // it did not

	RTO, ATO       time.Duration
	SndMSS, RcvMSS int
	AdvertisedMSS  int
	PMTU           int

	Unacked, Sacked, Lost, Retrans int // segments in flight, and what became of them

	LastDataSent, LastDataRecv, LastAckRecv time.Duration // ago

	RcvSSThresh    int // the window that may be offered now
	RTT, RTTVar    time.Duration
	MinRTT         time.Duration // 0: nothing was measured
	SndSSThresh    int           // segments; SSThreshNone: not found yet
	SndCwnd        int           // segments
	Reordering     int           // segments
	ReordSeen      int           // times
	RcvRTT         time.Duration
	RcvSpace       int
	TotalRetrans   int
	Delivered      int // segments that the peer has, SACKed ones too
	DeliveredCE    int // of them acknowledged with ECE
	DSACKDups      int
	BytesAcked     uint64
	BytesReceived  uint64
	NotSent        int // bytes written and never sent
	SndWnd, RcvWnd int
	CwndLimited    bool
}

// SSThreshNone is the slow start threshold of a connection that has not found
// one (Linux TCP_INFINITE_SSTHRESH).
const SSThreshNone = 0x7fffffff

// Info is what the connection says of itself at now.
func (c *Conn) Info(now time.Duration) Info {
	if c.cfg == nil {
		return Info{}
	}
	i := Info{
		State: c.state, Retransmits: int(c.retransmits), Backoff: int(c.backoff),
		Timestamps: c.has(tsOK), SACK: c.has(sackOK), WindowScaling: c.has(wsOK),
		SndWScale: c.sndWScale, RcvWScale: c.rcvWScale,
		RTO: c.timeout(), ATO: c.ato, SndMSS: int(c.mss), RcvMSS: int(c.rcvMSS),
		AdvertisedMSS: int(c.cfg.advertisedMSS()), PMTU: c.cfg.MTU,
		LastDataSent: now - c.lastSent, LastDataRecv: now - c.lastRcvd,
		RcvSSThresh: int(c.rcvTarget), RTT: c.srtt, RTTVar: c.rttvar, MinRTT: c.srtt,
		SndSSThresh: SSThreshNone, SndCwnd: int(c.cwnd), Reordering: reorderingUsual, CAState: c.ca,
		ECN: c.has(ecnOK), ECNSeen: c.has(ecnSeen), BytesAcked: uint64(c.acked), BytesReceived: uint64(c.rcvNxt - c.irs),
		SndWnd: int(c.sndWnd), RcvWnd: int(c.receiveWindow()), CwndLimited: c.has(limited),
	}
	if c.cfg.RTOVarFloor {
		i.RTTVar = c.srtt / 2
	}
	if f := c.fast; f != nil && c.has(synAcked) {
		i.SynData, i.SynDataLost = f.taken, f.data > 0 && !f.taken
	}
	if c.maxSegment != 0 {
		i.AdvertisedMSS = min(i.AdvertisedMSS, int(c.maxSegment))
	}
	if c.has(probing) {
		i.Probes, i.Retransmits = i.Retransmits, 0
	}
	if c.ssthresh != ssthreshNone {
		i.SndSSThresh = int(c.ssthresh)
	}
	if c.state == StateSynSent || c.state == StateSynReceived {
		i.Unacked = 1
	}
	if c.state.Synchronized() {
		i.NotSent = int(c.dataEnd() - c.sndNxt)
		i.Delivered = 1
	}
	c.tx.inform(&i)
	if c.cfg.RTOVarFloor && c.tx != nil && c.tx.started {
		i.RTTVar = c.tx.mdev / 4
	}
	return i
}

// inform fills in what is known of segments in flight.
func (t *sender) inform(i *Info) {
	if t == nil || !t.started {
		return
	}
	i.Unacked, i.Sacked, i.Lost, i.Retrans = int(t.count()), int(t.sacked), int(t.lost), int(t.again)
	i.MinRTT = t.minRTT
	i.Reordering, i.ReordSeen = int(t.reordering), int(t.reordSeen)
	i.TotalRetrans, i.DSACKDups = int(t.againTotal), int(t.dsackDups)
	i.Delivered, i.DeliveredCE = int(t.delivered), int(t.deliveredCE)
}
