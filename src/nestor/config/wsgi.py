"""The desk as a WSGI application: every page, no live stream."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
application = get_wsgi_application()
