package impl

import (
	"time"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/vfs"
)

// EnvKind says what a change of the environment does.
type EnvKind uint8

const (
	EnvRouteAdd    EnvKind = iota // Route
	EnvRouteDel                   // Route's prefix and kind
	EnvLinkUp                     // the NIC
	EnvLinkDown                   //
	EnvSynRetries                 // Value, for attempts begun from now on
	EnvPortRange                  // ephemeral ports from Value to Last
	EnvDescriptors                // how many may be open: Value
	EnvFile                       // File: the paths of AF_UNIX sockets
	EnvFastOpen                   // net.ipv4.tcp_fastopen: Value
)

// Env is one change of the environment, as an administrator makes it.
type Env struct {
	Kind        EnvKind
	Route       Route
	Value, Last int
	File        FileChange
}

// FileChange is a change of the host's file system; one that fails changes
// nothing.
type FileChange = vfs.Change

// Env changes the environment of the host.
func (h *Host) Env(now time.Duration, e Env) {
	switch e.Kind {
	case EnvRouteAdd:
		h.routes.Add(e.Route)
	case EnvRouteDel:
		h.routes.Remove(e.Route.Prefix, e.Route.Kind)
	case EnvLinkUp:
		h.routes.SetLink(true)
	case EnvLinkDown:
		h.routes.SetLink(false)
	case EnvSynRetries:
		h.cfg.SynRetries = e.Value
		h.sock.SetSynRetries(e.Value)
	case EnvPortRange:
		h.sock.SetPortRange(uint16(e.Value), uint16(e.Last))
	case EnvFastOpen:
		h.sock.SetFastOpen(e.Value)
	case EnvDescriptors:
		h.sock.SetDescriptors(e.Value)
	case EnvFile:
		h.sock.ChangeFiles(&e.File)
	}
	h.carry(now)
}

// Tune changes how TCP connections begun from now on behave, as sysctls under
// net.ipv4.tcp_* do. MTU is the interface's and stays.
func (h *Host) Tune(f func(*tcp.Config)) { h.sock.Tune(f) }
