package model

import "github.com/connspec/connspec/spec"

// LabelKind says what a label is.
type LabelKind uint8

const (
	LabelCall    LabelKind = iota // Thread makes a call
	LabelReturn                   // Thread's call returns Ret
	LabelBlock                    // the call that Thread just made does not return
	LabelIn                       // Frame arrives at the host
	LabelOut                      // the host sends Frame
	LabelAdvance                  // time begins to pass; it ends with LabelSettle
	LabelSettle                   // nothing more comes without time passing
	LabelEnv                      // the environment changes
	LabelSignal                   // Signal is delivered to Thread
)

func (k LabelKind) String() string {
	return [...]string{"call", "return", "block", "in", "out", "advance", "settle", "env", "signal"}[k]
}

// Label is what happens between two worlds.
type Label struct {
	Kind   LabelKind
	Thread uint8
	Call   Call        // LabelCall
	Ret    Return      // LabelReturn
	Frame  Frame       // LabelIn, LabelOut
	Change Change      // LabelEnv
	Addr   Addr        // LabelEnv: whose route, of a change of routes
	MTU    uint16      // LabelEnv: in bytes, of a change of the link's
	Filter Filter      // LabelEnv: the rule, of a filter
	File   FileChange  // LabelEnv, if it has a verb: a change of the file system
	Passed uint8       // LabelAdvance: how much time, in units of [Tick], at most PassedMax; 0 if that is not known
	Signal spec.Signal // LabelSignal
}

// PassedMax is the longest time that [Label.Passed] tells from a longer one.
const PassedMax = 250

// Sockaddr is the address argument of a call.
type Sockaddr struct {
	Family  spec.Family
	Addr    Addr
	Port    Port
	Scope   spec.Device // AF_INET6
	Pointer spec.Pointer
	Len     int32 // as passed
	Unix    UnixAddr
}

// Call is a system call in the names of the model.
type Call struct {
	Op       spec.Op
	FD       int32
	Family   spec.Family
	Type     spec.SockType
	Protocol spec.Protocol
	Nonblock bool // socket, accept: SOCK_NONBLOCK
	To       Sockaddr
	Level    spec.SockLevel
	Option   spec.SockOption
	Cmd      spec.FcntlCmd
	How      spec.ShutHow
	MsgFlags spec.MsgFlags
	Polls    uint8 // poll: entries used
	Low      bool  // bind: the port is below 1024
	Signal   spec.Signal
	Epoll    spec.EpollCmd
	Flags    spec.EpollFlags  // epoll_ctl
	Handler  spec.Disposition // sigaction
	Value    int32            // setsockopt: value; fcntl: flags; dup2: new descriptor; listen: backlog; poll: timeout
	Len      int32            // send, recv: length of the buffer
	Poll     [PollMax]PollFD
	X        Connectx
}

// Connectx are the arguments of connectx and disconnectx beyond those of
// connect; see [spec.Connectx].
type Connectx struct {
	From        Sockaddr // its Pointer is PointerNull if there is none
	Association spec.Association
	Vectors     int32
	Endpoints   spec.Pointer
	Vector      spec.Pointer
	Interface   spec.Device
	Flags       spec.ConnectFlags
	NoLength    bool
}

// PollFD is one entry of poll: what is asked, or what was found.
type PollFD struct {
	FD     int32
	Events spec.PollEvents
}

// Return is the result of a call in the names of the model.
type Return struct {
	Ret     int32
	Errno   spec.Errno
	HasAddr bool // an address was written
	Family  spec.Family
	Addr    Addr
	Port    Port
	Scope   spec.Device
	Name    Name     // an AF_UNIX address
	Pair    [2]uint8 // socketpair: the descriptors
	Spare   [3]uint8 // always 0, in place of padding: so results compare as memory
	Value   int32    // getsockopt
	Revents [PollMax]spec.PollEvents
	Loose   spec.PollEvents // bits of Revents that are not compared
}

// Proto says what a frame carries.
type Proto uint8

const (
	ProtoNone Proto = iota
	ProtoTCP
	ProtoUDP
	ProtoICMP
	ProtoICMP6
)

// Bits are the control bits of a TCP segment (RFC 9293, section 3.1).
type Bits uint8

const (
	FIN Bits = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// Loose says in which respects a frame that the model expects is not compared.
type Loose uint8

const (
	LooseSeq   Loose = 1 << iota // any sequence number
	LooseAck                     // any acknowledgement number
	LoosePSH                     // with PSH or without
	LooseQuote                   // ICMP: whatever is quoted
	LooseOwned                   // of the host to itself: it comes while the socket is in a call
)

// Frame is one frame by class. For an ICMP message Src and Dst are those of
// the message, and Quote and Seq are what the quoted packet says.
type Frame struct {
	Proto        Proto
	Bits         Bits // TCP
	Loose        Loose
	Type, Code   uint8 // ICMP, ICMPv6
	Src, Dst     Addr
	SPort, DPort Port
	Spare        uint8  // always 0, in place of padding: so frames compare as memory
	Seq, Ack     uint16 // TCP: relative; ICMP: Seq of the quoted segment
	Len          uint16 // payload
	MSS          uint16 // SYN of the puppet: the option, with its default of 536; ICMP about the size of a packet: the MTU
	Scaled       bool   // SYN of the puppet: later windows are scaled
	Bad          bool   // TCP: the checksum is wrong
	FastOpen     FastOpen
	Quote        Quote // ICMP
}

// Quote names the packet that an ICMP message is about; the host sent it, or
// the message is the host's and the puppet did.
type Quote struct {
	Proto        Proto
	Src, Dst     Addr
	SPort, DPort Port
}
