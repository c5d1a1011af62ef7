package script

import "net/netip"

// Proto says which protocol a frame of a script carries.
type Proto uint8

const (
	ProtoTCP Proto = iota + 1
	ProtoUDP
	ProtoICMP
	ProtoICMP6
)

// TCPFlags are the control bits of a TCP segment (RFC 9293, section 3.1).
type TCPFlags uint8

const (
	FIN TCPFlags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// TCPOptions are the options of a segment. A target fills in every field; the
// timestamp values themselves are not recorded, being clocks.
type TCPOptions struct {
	MSS           uint16 // 0: absent
	WindowScale   uint8  // shift + 1; 0: absent
	SACKPermitted bool
	Timestamps    bool
	FastOpen      FastOpen
	SACKBlocks    uint8 // how many
}

// FastOpenMax is the longest cookie of TCP Fast Open in bytes, FastOpenMin the
// shortest (RFC 7413, section 4.1.1).
const (
	FastOpenMin = 4
	FastOpenMax = 16
)

// FastOpen is the Fast Open option: absent, a request for a cookie, or a
// cookie. Experimental says that it has the kind 254 of RFC 6994, as before
// RFC 7413.
type FastOpen struct {
	Present, Experimental bool
	Len                   uint8 // of Cookie; 0: a request
	Cookie                [FastOpenMax]byte
}

// Frame is one packet of a script or trace in canonical names: TCP, UDP or
// ICMP over IPv4 or IPv6. ARP and neighbour discovery are below what scripts
// see. Frames compare with ==.
type Frame struct {
	Proto Proto
	Src   netip.AddrPort // for ICMP the port is 0
	Dst   netip.AddrPort
	// Implied says that a script did not spell out Src and Dst: they are the
	// current connection's (see notation.go). In traces it is false.
	Implied bool

	// TCP. Seq counts from the sender's initial sequence number, Ack from the
	// receiver's. A RST of no connection has the numbers RFC 9293 section
	// 3.10.7.1 gives it, relative where the connection is known.
	Flags   TCPFlags
	Seq     uint32
	Ack     uint32 // 0 without the ACK flag
	Window  uint16 // as on the wire; in a script 0 may mean "not stated", see HasWindow
	Options TCPOptions

	BadSum     bool // the checksum is wrong; only in frames of the host
	HasWindow  bool // the script stated a window
	AnyOptions bool // the script wrote <...>: options are not compared

	Len int // payload bytes of TCP or UDP

	// ICMP and ICMPv6: a message about the quoted packet, which the host sent
	// before.
	ICMPType uint8
	ICMPCode uint8
	MTU      uint16 // of the next hop, for fragmentation needed and packet too big
	Quoted   Quote
}

// Quote is the start of the packet that an ICMP message carries. A zero Proto
// means: the last packet that the host sent on the current connection.
type Quote struct {
	Proto  Proto
	Src    netip.AddrPort
	Dst    netip.AddrPort
	Seq    uint32 // TCP
	HasSeq bool   // the script stated [SEQ:…]
	Len    int    // payload length of the quoted packet
}
