package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Stimuli of AF_INET6 and AF_UNIX, and changes of the surroundings.

// at6 is an AF_INET6 address argument; an IPv4 class stands for its mapped form.
func at6(a model.Addr, p model.Port) model.Sockaddr {
	return model.Sockaddr{Family: spec.AFInet6, Len: spec.SizeofSockaddrIn6, Addr: a, Port: p}
}

// pathAt is the AF_UNIX address of a path of one component, abstractAt one of
// the other name space of Linux. Their symbols are those that a judge gives to
// the names "a", "b" and "\0c".
func pathAt(n int) model.Sockaddr {
	u := model.UnixAddr{Kind: model.UnixPath, Name: model.NameFirst + model.Name(n)}
	u.Path.Parts[0] = model.Part{Comp: model.CompFirst + model.Comp(n), Times: 1}
	return model.Sockaddr{Family: spec.AFUnix, Len: spec.OffsetofSunPath + 2, Unix: u}
}

func abstractAt() model.Sockaddr {
	return model.Sockaddr{Family: spec.AFUnix, Len: spec.OffsetofSunPath + 2, Unix: model.UnixAddr{Kind: model.UnixAbstract, Name: model.NameFirst + 2}}
}

// noName is an AF_UNIX address without a byte of a path.
var noName = model.Sockaddr{Family: spec.AFUnix, Len: spec.OffsetofSunPath, Unix: model.UnixAddr{Kind: model.UnixEmpty}}

// opensOf are calls of socket for a family.
func opensOf(f spec.Family, types ...spec.SockType) []stimulus {
	var all []stimulus
	for _, t := range types {
		c := model.Call{Op: spec.OpSocket, Family: f, Type: t}
		all = append(all, onHost("socket("+f.String()+", "+t.String()+")", c).only(room))
	}
	return all
}

// pairOf is socketpair, where there is room for two.
func pairOf(t spec.SockType) stimulus {
	c := model.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: t}
	return onHost("socketpair("+t.String()+")", c).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
		files, _ := holds(w)
		return files == 0 && slots(w) == 0
	})
}

// change is a change of the surroundings, once there is a socket that may notice.
func change(l model.Label) stimulus {
	l.Kind = model.LabelEnv
	return stimulus{name: l.Change.String(), about: aHost, env: &l, when: func(_ *Scope, w *model.World, _ *model.Socket) bool { return slots(w) > 0 }}
}

// changes6 are those of the address and the routes of IPv6, and of lo.
func changes6() []stimulus {
	var all []stimulus
	for _, c := range []model.Change{model.AddrGone6, model.AddrBack6, model.LoopbackDown, model.LoopbackUp} {
		all = append(all, change(model.Label{Change: c}))
	}
	for _, a := range []model.Addr{model.AddrRemote61, model.AddrRemote1} {
		for _, c := range []model.Change{model.RouteGone, model.RouteUnreachable, model.RoutePlanned} {
			all = append(all, change(model.Label{Change: c, Addr: a}))
		}
	}
	return all
}

// silences are the changes of whether the next hop answers.
func silences(all ...model.Change) []stimulus {
	var list []stimulus
	for _, c := range all {
		list = append(list, change(model.Label{Change: c}))
	}
	return list
}

// files are the changes of the file system that AF_UNIX notices.
func files() []stimulus {
	var all []stimulus
	for _, verb := range []model.FileVerb{model.FileRemove, model.FileTouch} {
		l := model.Label{Kind: model.LabelEnv, File: model.FileChange{Verb: verb, Path: pathAt(0).Unix.Path}}
		all = append(all, stimulus{name: "file", about: aHost, env: &l})
	}
	return all
}

// filters are the rules of the firewall, one each way, with what it may do to a packet of a protocol.
func filters(protocols ...model.Proto) []stimulus {
	var all []stimulus
	for _, c := range []model.Change{model.FilterOut, model.FilterIn} {
		for _, p := range protocols {
			for _, does := range []model.Does{model.DoesDrop, model.DoesReject0 + 3, model.DoesReset, model.DoesReject0 + 1} {
				if does == model.DoesReset && p != model.ProtoTCP {
					continue
				}
				l := model.Label{Change: c, Filter: model.Filter{Proto: p, Does: does}}
				all = append(all, change(l).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
					return slots(w) > 0 && w.Env.Out == model.Filter{} && w.Env.In == model.Filter{}
				}))
			}
		}
	}
	return append(all, change(model.Label{Change: model.FilterGone}).only(func(_ *Scope, w *model.World, _ *model.Socket) bool {
		return w.Env.Out != model.Filter{} || w.Env.In != model.Filter{}
	}))
}

// changes are those of interfaces and of the route to the far end.
func changes() []stimulus {
	var all []stimulus
	for _, c := range []model.Change{model.LinkDown, model.LinkUp, model.LoopbackDown, model.LoopbackUp, model.AddrGone, model.AddrBack} {
		all = append(all, change(model.Label{Change: c}))
	}
	for _, c := range []model.Change{model.RouteGone, model.RouteUnicast, model.RouteUnreachable, model.RouteProhibit, model.RouteBlackhole, model.RoutePlanned} {
		all = append(all, change(model.Label{Change: c, Addr: model.AddrRemote1}))
	}
	return all
}
