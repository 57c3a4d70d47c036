"""The one router all endpoints join: of two routers with one address, the second would never be asked."""

from ninja import Router

router = Router()
