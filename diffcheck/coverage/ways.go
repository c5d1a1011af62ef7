package coverage

import (
	"strings"

	"github.com/connspec/connspec/spec"
)

// Way is a result of connect that Linux is known to give in its own
// circumstances, and the script of the corpus that shows it.
type Way struct {
	Errno  spec.Errno
	Rule   string // the rule that decides, or the beginning of its name; "" for whichever
	Script string // of the corpus
	Title  string
}

// Seen says whether one of the ways in which connect ended is w.
func (w *Way) Seen(ends map[Connect]uint64) bool {
	for c, times := range ends {
		if times > 0 && c.Errno == w.Errno && strings.HasPrefix(c.Rule.String(), w.Rule) {
			return true
		}
	}
	return false
}

// Ways lists what a run of all families is to see of connect, by errno: what the
// page names first, in its order, then what it is silent about.
func Ways() []Way { return ways }

var ways = []Way{
	{spec.ENONE, "connect/wait/established", "connect/blocking-success.pkt", "a handshake completed while it waited"},
	{spec.ENONE, "connect/linux/zero-once", "connect/nonblocking-success.pkt", "a success that came later, collected once"},
	{spec.ENONE, "connect/linux/deferred", "fastopen/deferred.pkt", "a Fast Open with a cookie, before anything was sent"},
	{spec.ENONE, "connect/dgram", "connect/dgram.pkt", "a peer for a datagram socket"},
	{spec.ENONE, "connect/linux/dissolve-", "dissolve/tcp-established.pkt", "AF_UNSPEC"},
	{spec.ENONE, "connect/unix/ok", "unix/success-at-once.pkt", "a local listener with room"},
	{spec.EACCES, "connect/linux/EACCES-broadcast", "destinations/subnet-broadcast-udp.pkt", "a broadcast address without SO_BROADCAST"},
	{spec.EACCES, "connect/linux/EACCES-prohibit", "routes/prohibit.pkt", "a route of type prohibit"},
	{spec.EACCES, "connect/unix/EACCES-search", "unix/no-search-permission.pkt", "a directory that may not be searched"},
	{spec.EACCES, "connect/unix/EACCES-write", "unix/no-write-permission.pkt", "a socket file that may not be written"},
	{spec.EACCES, "connect/wait/failed", "inet6/icmp6-blocking.pkt", "ICMPv6 that says prohibited"},
	{spec.EACCES, "connect/linux/landlock/EACCES", "landlock/connect.pkt", "a thread that Landlock keeps from connecting"},
	{spec.EPERM, "connect/unix/linux/EPERM-landlock", "landlock/abstract-stream.pkt", "an abstract name that Landlock keeps a thread from"},
	{spec.EPERM, "connect/unix/linux/EPERM", "unix/dgram-peer-taken.pkt", "a local datagram socket that has another peer"},
	{spec.EADDRNOTAVAIL, "connect/linux/EADDRNOTAVAIL-ports", "ports/exhausted-tcp.pkt", "no port left for this peer"},
	{spec.EADDRNOTAVAIL, "connect/linux/EADDRNOTAVAIL", "connect/four-names-taken.pkt", "the four names are those of another connection"},
	{spec.EAFNOSUPPORT, "connect/linux/EAFNOSUPPORT", "precedence/family-before-route.pkt", "another family, and room for an address"},
	{spec.EAFNOSUPPORT, "connect/linux/inet6/EAFNOSUPPORT-mapped-source", "inet6/mapped-to-native.pkt", "an IPv6 peer for a v4-mapped name"},
	{spec.EAGAIN, "connect/unix/linux/EAGAIN", "unix/backlog-full-nonblocking.pkt", "a local listener without room"},
	{spec.EAGAIN, "connect/linux/EAGAIN-ports", "ports/exhausted-udp.pkt", "no port left for a datagram socket"},
	{spec.EALREADY, "connect/linux/EALREADY", "connect/connecting-elsewhere.pkt", "an attempt under way"},
	{spec.EALREADY, "timeout/linux/connect-EALREADY", "options/sndtimeo-einprogress.pkt", "SO_SNDTIMEO, on an attempt that was under way"},
	{spec.EBADF, "connect/linux/EBADF", "precedence/ebadf.pkt", "no such descriptor"},
	{spec.ECONNREFUSED, "connect/wait/refused", "connect/blocking-refused.pkt", "RST, or ICMP port unreachable, while it waited"},
	{spec.ECONNREFUSED, "connect/linux/collect-error", "reconnect/error-not-taken.pkt", "the same before, collected once"},
	{spec.ECONNREFUSED, "connect/unix/ECONNREFUSED-dead", "unix/owner-gone.pkt", "a socket file whose socket has gone"},
	{spec.ECONNREFUSED, "connect/unix/ECONNREFUSED", "unix/not-listening.pkt", "a local stream socket that does not listen"},
	{spec.ECONNREFUSED, "connect/unix/linux/ECONNREFUSED-file", "unix/not-a-socket.pkt", "a file that is no socket"},
	{spec.EFAULT, "connect/linux/EFAULT", "precedence/pointer-before-connected.pkt", "an address that cannot be read"},
	{spec.EINPROGRESS, "connect/EINPROGRESS", "connect/nonblocking-success.pkt", "a non-blocking attempt"},
	{spec.EINPROGRESS, "timeout/linux/connect-EINPROGRESS", "options/sndtimeo-einprogress.pkt", "SO_SNDTIMEO"},
	{spec.EINTR, "signal/linux/EINTR", "signals/connect-eintr.pkt", "a caught signal"},
	{spec.EINTR, "signal/linux/EINTR-timed", "signals/connect-timed.pkt", "a caught signal with SA_RESTART, and SO_SNDTIMEO"},
	{spec.EISCONN, "connect/linux/EISCONN", "connect/zero-once-after-shutdown.pkt", "a connection"},
	{spec.EISCONN, "connect/linux/EISCONN-listening", "connect/listening-to-itself.pkt", "a listener"},
	{spec.EISCONN, "connect/linux/EISCONN-deferred", "fastopen/deferred-observables.pkt", "a Fast Open whose SYN is left to send"},
	{spec.EISCONN, "connect/linux/EISCONN-dead", "connect/dead-but-connected.pkt", "a connection that the peer has reset"},
	{spec.EISCONN, "connect/unix/linux/EISCONN", "unix/already-connected.pkt", "a local connection, when nothing else is wrong"},
	{spec.ENETUNREACH, "connect/linux/ENETUNREACH", "routes/none.pkt", "no route"},
	{spec.ENETUNREACH, "connect/linux/ENETUNREACH-stream-", "connect/stream-broadcast-and-group.pkt", "a stream to many"},
	{spec.ENETUNREACH, "connect/linux/inet6/ENETUNREACH-only", "inet6/mapped-only.pkt", "a v4-mapped peer with IPV6_V6ONLY"},
	{spec.ENETUNREACH, "connect/linux/collect-error", "reconnect/icmp-net.pkt", "ICMP net unreachable"},
	{spec.ENOTSOCK, "connect/linux/ENOTSOCK", "precedence/file-before-short-length.pkt", "a descriptor of something else"},
	{spec.EPROTOTYPE, "connect/unix/EPROTOTYPE", "unix/type-by-path.pkt", "a path to a socket of another type"},
	{spec.ETIMEDOUT, "connect/wait/timed-out", "connect/timed-out.pkt", "no answer"},
	{spec.EINVAL, "connect/linux/EINVAL-length", "precedence/length-before-pointer.pkt", "a length that no address has"},
	{spec.EINVAL, "connect/linux/EINVAL-short", "precedence/short-before-family.pkt", "a length too short for the family"},
	{spec.EINVAL, "connect/linux/EINVAL-blackhole", "routes/blackhole.pkt", "a route of type blackhole"},
	{spec.EINVAL, "connect/linux/EINVAL-loopback-source", "routes/loopback-source.pkt", "a far peer for a socket bound to loopback"},
	{spec.EINVAL, "connect/linux/EINVAL-disconnecting", "connect/shutdown-while-crossed.pkt", "a simultaneous open that was shut"},
	{spec.EINVAL, "connect/linux/inet6/EINVAL-no-scope", "inet6/link-local-no-scope.pkt", "a link-local peer without a scope id"},
	{spec.EINVAL, "connect/unix/linux/EINVAL", "unix/wrong-family.pkt", "another family on a local socket"},
	{spec.EINVAL, "connect/unix/linux/EINVAL-listening", "unix/listener-connects.pkt", "a local listener"},
	{spec.ECONNRESET, "connect/linux/collect-error", "connect/reset-before-success-taken.pkt", "RST after the handshake, before its success was collected"},
	{spec.ECONNRESET, "connect/wait/failed", "connect/simultaneous-open-blocking-reset.pkt", "RST to a simultaneous open"},
	{spec.ECONNABORTED, "connect/linux/ECONNABORTED", "reconnect/error-taken-by-so-error.pkt", "an error that something else has taken"},
	{spec.EPIPE, "wake/cut", "dissolve/tcp-other-thread-waits.pkt", "AF_UNSPEC by another thread"},
	{spec.EHOSTUNREACH, "connect/linux/EHOSTUNREACH", "routes/unreachable.pkt", "a route of type unreachable"},
	{spec.EHOSTUNREACH, "connect/linux/collect-error", "reconnect/icmp-host.pkt", "ICMP host unreachable"},
	{spec.ENOPROTOOPT, "", "icmp/connecting-protocol-unreachable.pkt", "ICMP protocol unreachable"},
	{spec.EHOSTDOWN, "", "icmp/connecting-host-unknown.pkt", "ICMP host unknown"},
	{spec.ENONET, "", "icmp/connecting-source-host-isolated.pkt", "ICMP source host isolated"},
	{spec.EOPNOTSUPP, "", "icmp/connecting-source-route-failed.pkt", "ICMP source route failed"},
	{spec.EOPNOTSUPP, "connect/packet/EOPNOTSUPP", "precedence/packet.pkt", "a packet socket"},
	{spec.EPROTO, "", "icmp/connecting-parameter-problem.pkt", "ICMP parameter problem"},
	{spec.ENODEV, "connect/linux/inet6/ENODEV", "inet6/mapped-no-interface.pkt", "an interface that there is not"},
	{spec.ENOENT, "connect/unix/ENOENT", "unix/missing-file.pkt", "a path that leads nowhere"},
	{spec.ENOTDIR, "connect/unix/ENOTDIR", "unix/prefix-is-a-file.pkt", "a path through a file"},
	{spec.ELOOP, "connect/unix/ELOOP", "unix/forty-links.pkt", "too many symbolic links"},
	{spec.ENAMETOOLONG, "connect/unix/ENAMETOOLONG", "unix/long-component.pkt", "a component beyond NAME_MAX"},
}
