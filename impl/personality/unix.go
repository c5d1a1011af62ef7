package personality

import "github.com/connspec/connspec/spec"

// Unix is how a system's AF_UNIX sockets behave.
type Unix struct {
	// None: the system has no AF_UNIX.
	None bool
	// Type is the error of a type of sockets that AF_UNIX does not have.
	Type spec.Errno
	// Seqpacket: there are sequenced-packet sockets.
	Seqpacket bool
	// RawDatagrams: SOCK_RAW stands for SOCK_DGRAM (unix_create).
	RawDatagrams bool
	// OwnProtocol: the number of the family is a protocol of it.
	OwnProtocol bool

	// LinksMax is how many symbolic links a path may lead through.
	LinksMax int
	// LengthMax is the longest address, in bytes.
	LengthMax int32
	// Foreign is the error of an address of another family.
	Foreign spec.Errno
	// UnspecIsUnix: AF_UNSPEC is taken for AF_UNIX (unp_connect of XNU).
	UnspecIsUnix bool
	// Abstract: a name that begins with NUL is no path but a name by itself, and
	// an address without one has the system choose such a name.
	Abstract bool
	// Noname is the length of the address of a socket without a name.
	Noname int32
	// NameAsGiven: the length of a name is what bind was told, otherwise that of
	// the path with the NUL behind it.
	NameAsGiven bool

	// SocketFirst: connect looks at the state of the socket before the address,
	// and takes the peer of a datagram socket away whatever comes of it
	// (soconnect); otherwise it comes last (unix_stream_connect).
	SocketFirst bool
	// Dissolves: connect with AF_UNSPEC takes the peer of a datagram socket away
	// and gives 0.
	Dissolves bool
	// NoSocket is the error of a path that leads to another file.
	NoSocket spec.Errno
	// KindFirst: that is found out before the file's permission is looked at.
	KindFirst bool
	// FullWaits: with the queue of a listener full connect waits, and is EAGAIN
	// if it must not; otherwise it is refused.
	FullWaits bool
	// Exclusive: a datagram socket with a peer hears that one alone
	// (unix_may_send).
	Exclusive bool
	// ListenUnnamed is the error of listen without a name.
	ListenUnnamed spec.Errno
	// NamedLate: bind says of a socket that has a name already that it has one
	// only once the path is found good.
	NamedLate bool

	// ShutAlone: shutdown needs no peer.
	ShutAlone bool
	// ShutReaches: what one end no longer reads the other can no longer write
	// (unix_shutdown).
	ShutReaches bool
	// ShutDrops: what is sent to an end that reads no more is thrown away
	// (SB_DROP); otherwise it waits there to be read (sbappendstream).
	ShutDrops bool
	// GoneResets: a socket whose peer is closed has ECONNRESET pending; for one
	// with a connection only if data was lost with the peer.
	GoneResets bool
	// PeerStays: getpeername tells the name of a peer that is closed, and a
	// datagram socket keeps it until it sends (SOCK_DEAD); otherwise that one has
	// lost it, with ECONNRESET pending (unp_drop).
	PeerStays bool

	// StreamAddressed is the error of sendto with an address on a connected
	// stream, ENONE where the address is ignored; StreamUnconnected that on
	// another one.
	StreamAddressed, StreamUnconnected spec.Errno
	// RecvUnconnected is the error of recv on a stream without a connection.
	RecvUnconnected spec.Errno
	// StreamNames: recvfrom tells the name of the peer of a stream.
	StreamNames bool
	// PairInet is the error of socketpair for Internet sockets.
	PairInet spec.Errno
	// OptionOther is the error of an option of another level than SOL_SOCKET.
	OptionOther spec.Errno

	// SendMax bounds what a socket has sent and nobody has read, in bytes; with
	// Exclusive in those of the kernel's memory (sk_sndbuf).
	SendMax int32
	// DatagramMax is the longest datagram, and ReceiveMax what may wait at a
	// datagram socket, in bytes; beyond it send is ENOBUFS. With Exclusive it is
	// a number of datagrams that counts, and send waits.
	DatagramMax, ReceiveMax int32
}

// SizeofSockaddrUn of Linux, and of the BSDs, which begin it with sa_len.
const (
	sizeofSockaddrUn    = 110
	sizeofSockaddrUnBSD = 106
	sizeofSockaddrMax   = 255 // SOCK_MAXADDRLEN
)

// unixLinux is net/unix/af_unix.c of kernel 6.18.
var unixLinux = Unix{
	Type: spec.ESOCKTNOSUPPORT, Seqpacket: true, RawDatagrams: true, OwnProtocol: true,
	LinksMax: 40, LengthMax: sizeofSockaddrUn, Foreign: spec.EINVAL, Abstract: true, Noname: spec.OffsetofSunPath,
	Dissolves: true, NoSocket: spec.ECONNREFUSED, FullWaits: true, Exclusive: true,
	ListenUnnamed: spec.EINVAL, NamedLate: true,
	ShutAlone: true, ShutReaches: true, GoneResets: true, PeerStays: true,
	StreamAddressed: spec.EISCONN, StreamUnconnected: spec.EOPNOTSUPP, RecvUnconnected: spec.EINVAL, StreamNames: true,
	PairInet: spec.EOPNOTSUPP, OptionOther: spec.EOPNOTSUPP,
	SendMax: 212992, DatagramMax: 212992 - 32,
}

// unixMacOS is bsd/kern/uipc_usrreq.c of xnu-11417.
var unixMacOS = Unix{
	Type:     spec.EPROTONOSUPPORT,
	LinksMax: 32, LengthMax: sizeofSockaddrMax, Foreign: spec.EAFNOSUPPORT, UnspecIsUnix: true, Noname: 16, NameAsGiven: true,
	SocketFirst: true, NoSocket: spec.ENOTSOCK, KindFirst: true, ListenUnnamed: spec.EINVAL,
	ShutDrops: true, StreamUnconnected: spec.ENOTCONN, RecvUnconnected: spec.ENOTCONN,
	PairInet: spec.EOPNOTSUPP, OptionOther: spec.EINVAL,
	SendMax: 8192, DatagramMax: 2048, ReceiveMax: 4096,
}

// unixOSX is uipc_usrreq.c of 4.4BSD and, where that one has changed since, of
// FreeBSD 13.
var unixOSX = Unix{
	Type: spec.EPROTONOSUPPORT, Seqpacket: true,
	LinksMax: 32, LengthMax: sizeofSockaddrUnBSD, Foreign: spec.EAFNOSUPPORT, Noname: 16, NameAsGiven: true,
	SocketFirst: true, NoSocket: spec.ENOTSOCK, KindFirst: true, ListenUnnamed: spec.EDESTADDRREQ,
	StreamUnconnected: spec.ENOTCONN, RecvUnconnected: spec.ENOTCONN,
	PairInet: spec.EOPNOTSUPP, OptionOther: spec.EINVAL,
	SendMax: 8192, DatagramMax: 2048, ReceiveMax: 4096,
}

// unixPOSIX: what POSIX.1-2008 leaves open is decided for the plainest, which is
// to fail at once.
var unixPOSIX = Unix{
	Type: spec.EPROTOTYPE, Seqpacket: true, OwnProtocol: true,
	LinksMax: 40, LengthMax: sizeofSockaddrUn, Foreign: spec.EAFNOSUPPORT, Noname: spec.OffsetofSunPath,
	SocketFirst: true, Dissolves: true, NoSocket: spec.ECONNREFUSED, ListenUnnamed: spec.EDESTADDRREQ, PeerStays: true, ShutReaches: true,
	StreamAddressed: spec.EISCONN, StreamUnconnected: spec.ENOTCONN, RecvUnconnected: spec.ENOTCONN, StreamNames: true,
	PairInet: spec.EOPNOTSUPP, OptionOther: spec.ENOPROTOOPT,
	SendMax: 65536, DatagramMax: 65536, ReceiveMax: 65536,
}
