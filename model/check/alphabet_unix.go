package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stimuli of AF_UNIX: what its sockets send each other, and the paths that lead to them.

// opensBoth are calls of socket for a family, blocking and not.
func opensBoth(f spec.Family, types ...spec.SockType) []stimulus {
	all := opensOf(f, types...)
	for _, t := range types {
		c := model.Call{Op: spec.OpSocket, Family: f, Type: t, Nonblock: true}
		all = append(all, onHost("socket("+f.String()+", "+t.String()+", SOCK_NONBLOCK)", c).only(room))
	}
	return all
}

// unread says how much lies unread, anywhere.
func unread(w *model.World) (n int) {
	for i := range w.Sockets {
		n += int(w.Sockets[i].Unread) + int(w.Sockets[i].Queued)
	}
	return n
}

// little: what lies unread lies on one socket, and is no more than makes its queue full.
func little(_ *Scope, w *model.World, _ *model.Socket) bool {
	most := uint8(0)
	for i := range w.Sockets {
		most = max(most, w.Sockets[i].Queued)
	}
	return unread(w) == int(most) && most < model.QueueMax
}

// none: nothing lies unread.
func none(_ *Scope, w *model.World, _ *model.Socket) bool { return unread(w) == 0 }

// transfers are the calls that move a byte, with and without an address.
func transfers(when func(*Scope, *model.World, *model.Socket) bool, to ...model.Sockaddr) []stimulus {
	all := []stimulus{onSocket("send", model.Call{Op: spec.OpSend, Len: 1}).only(when)}
	for _, a := range to {
		all = append(all, onSocket("sendto", model.Call{Op: spec.OpSendto, Len: 1, To: a}).only(when))
	}
	return append(all, recvs, onSocket("recvfrom", model.Call{Op: spec.OpRecvfrom, Len: 8}))
}

// pathOf is the AF_UNIX address of a path of such components, which has so many
// bytes; the symbol is that which a judge gives to the name.
func pathOf(name model.Name, bytes int32, comps ...model.Comp) model.Sockaddr {
	u := model.UnixAddr{Kind: model.UnixPath, Name: name}
	for i, c := range comps {
		u.Path.Parts[i] = model.Part{Comp: c, Times: 1}
	}
	return model.Sockaddr{Family: spec.AFUnix, Len: spec.OffsetofSunPath + bytes + 1, Unix: u}
}

// wayward are paths by which something can go wrong: "a", "a/b", "a/../b" and "a/".
func wayward() []model.Sockaddr {
	const a, b = model.CompFirst, model.CompFirst + 1
	slash := pathOf(model.NameFirst+5, 2, a)
	slash.Unix.Path.Slash = true
	return []model.Sockaddr{pathAt(0), pathOf(model.NameFirst+3, 3, a, b), pathOf(model.NameFirst+4, 6, a, model.CompDotDot, b), slash}
}

// rearrange are changes of the file a, and of b below it, while there are few files.
func rearrange() []stimulus {
	const a, b = model.CompFirst, model.CompFirst + 1
	pa, pab := pathAt(0).Unix.Path, pathOf(0, 0, a, b).Unix.Path
	var all []stimulus
	add := func(f model.FileChange, most int) {
		l := model.Label{Kind: model.LabelEnv, File: f}
		all = append(all, stimulus{name: "file", about: aHost, env: &l, when: func(_ *Scope, w *model.World, _ *model.Socket) bool {
			n := 0
			for i := range w.Entries {
				if w.Entries[i].Node != 0 {
					n++
				}
			}
			return n <= most && slots(w) > 0
		}})
	}
	for _, verb := range []model.FileVerb{model.FileMkdir, model.FileTouch, model.FileMkfifo} {
		add(model.FileChange{Verb: verb, Path: pa}, 0)
	}
	add(model.FileChange{Verb: model.FileTouch, Path: pab}, 1)
	for _, flags := range []model.NodeFlags{0, model.NoWrite, model.NoSearch} {
		add(model.FileChange{Verb: model.FileChmod, Path: pa, Flags: flags}, 2)
	}
	add(model.FileChange{Verb: model.FileSymlink, Path: pa, To: pa}, 0)                                     // to itself
	add(model.FileChange{Verb: model.FileSymlink, Path: pa, To: pathOf(0, 0, model.CompLong).Unix.Path}, 0) // to what cannot be
	add(model.FileChange{Verb: model.FileSymlink, Path: pathAt(1).Unix.Path, To: pa}, 1)
	add(model.FileChange{Verb: model.FileLink, Path: pa, To: pathAt(1).Unix.Path}, 1)
	add(model.FileChange{Verb: model.FileRename, Path: pa, To: pathAt(1).Unix.Path}, 1)
	add(model.FileChange{Verb: model.FileRemove, Path: pa}, 2)
	add(model.FileChange{Verb: model.FileRmdir, Path: pa}, 2)
	return all
}

// oddUnix are AF_UNIX addresses that are none, by length, pointer and family.
func oddUnix() []model.Sockaddr {
	var all []model.Sockaddr
	for _, n := range []int32{-1, 0, 1, 2, 106, 110, 111, 128, 129, 256} {
		a := pathAt(0)
		a.Len = n
		if n <= spec.OffsetofSunPath {
			a.Unix = model.UnixAddr{Kind: model.UnixEmpty}
		}
		all = append(all, a, model.Sockaddr{Pointer: spec.PointerNull, Len: n})
	}
	return append(all, model.Sockaddr{Pointer: spec.PointerUnreadable, Len: 5}, model.Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn}, unspec, model.Sockaddr{Len: 110}, noName, abstractAt())
}
