package model

import "github.com/connspec/connspec/spec"

// epoll, which is Linux's alone.

var epollRules = []Rule{
	{Name: "epoll_create1/left-out", Class: Succeed, on: on(spec.OpEpollCreate), For: forAll, Title: "epoll is not modelled.", then: leaves(LeftPoll)},
	{Name: "epoll_ctl/left-out", Class: Succeed, on: on(spec.OpEpollCtl), For: forAll, Title: "epoll is not modelled here.", then: leaves(LeftPoll)},
	{Name: "epoll_wait/left-out", Class: Succeed, on: on(spec.OpEpollWait), For: forAll, Title: "epoll is not modelled there.", then: leaves(LeftPoll)},
}
