package spec

import "strings"

// Connectx are the arguments of connectx(2) and disconnectx(2) of macOS beyond
// those of connect. The destination of connectx is in Call.Addr and its
// fellows, the bytes of its iovec in Call.Buf.
type Connectx struct {
	Endpoints   Pointer // connectx: of struct sa_endpoints itself
	Interface   uint32  // sae_srcif; 0 is any
	Source      Sockaddr
	SourceLen   int32
	SourceAt    Pointer // PointerNull: no source address
	Association Association
	Flags       ConnectFlags
	Vector      Pointer // of the iovec; PointerNull: no data
	Vectors     int32   // iovcnt
	Length      Pointer // of where the number of bytes is written
	Connection  uint32  // disconnectx: sae_connid_t
}

// Association is an sae_associd_t.
type Association uint32

const (
	AssociationAny Association = 0
	AssociationAll Association = 1<<32 - 1
)

func (a Association) String() string {
	switch a {
	case AssociationAny:
		return "SAE_ASSOCID_ANY"
	case AssociationAll:
		return "SAE_ASSOCID_ALL"
	}
	return ""
}

// ConnectFlags are the flags of connectx(2), by names of this package.
type ConnectFlags uint8

const (
	ConnectResumeOnReadWrite ConnectFlags = 1 << iota // the SYN is left to the first read or write
	ConnectDataIdempotent                             // the data may go with the SYN
)

var connectFlagNames = [...]string{"CONNECT_RESUME_ON_READ_WRITE", "CONNECT_DATA_IDEMPOTENT"}

// String joins the names by "|"; 0 for none.
func (f ConnectFlags) String() string {
	var names []string
	for i, name := range connectFlagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "0"
	}
	return strings.Join(names, "|")
}

// ParseConnectFlag finds one flag by its name.
func ParseConnectFlag(name string) (ConnectFlags, bool) {
	for i, known := range connectFlagNames {
		if name == known {
			return 1 << i, true
		}
	}
	return 0, false
}
