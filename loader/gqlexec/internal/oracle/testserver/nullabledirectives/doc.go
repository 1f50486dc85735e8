// Package nullabledirectives is the part of gqlgen's testserver that has directives called for arguments which are not given.
package nullabledirectives
