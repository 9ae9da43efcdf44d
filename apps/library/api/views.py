from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from quarry.api.problem import not_found
from quarry.runtime.adding import INCOMING
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.authentication import person
from apps.accounts.api.permissions import Administrator
from apps.library import actions, selectors
from apps.library.api import serializers as s
from apps.library.models import Job


class _View(APIView):
    permission_classes = [Administrator]
    scope = "admin"


class ModelsView(_View):
    @extend_schema(responses=s.ModelsSerializer)
    def get(self, request: Request) -> Response:
        """Every model: what is installed, verified, signed and loaded, what fits this machine, what is being done."""
        reader = person(request)
        jobs = s.JobSerializer(selectors.jobs(reader)[: selectors.MOST_JOBS], many=True).data
        named = selectors.named_by_environment()
        return Response({"results": selectors.listing(reader), "jobs": jobs, "named": named})

    @extend_schema(request=s.NewModelSerializer, responses={202: s.JobSerializer})
    def post(self, request: Request) -> Response:
        """Adds a GGUF file of your own, which lies in the models' folder under `incoming`."""
        body = s.NewModelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return _accepted(actions.add(person(request), body.validated_data))


class ArrivalsView(_View):
    @extend_schema(responses=s.ArrivalsSerializer)
    def get(self, request: Request) -> Response:
        """Files that can be added."""
        folder = str(selectors.store().root / INCOMING)
        return Response({"folder": folder, "results": selectors.arrivals(person(request))})


class PolicyView(_View):
    @extend_schema(responses=s.PolicySerializer)
    def get(self, request: Request) -> Response:
        return Response(asdict(selectors.rules(person(request))))

    @extend_schema(request=s.PolicySerializer, responses=s.PolicySerializer)
    def put(self, request: Request) -> Response:
        """Counts from the next time that a model is loaded."""
        body = s.PolicySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(asdict(actions.change_policy(person(request), body.validated_data)))


class JobView(_View):
    @extend_schema(responses=s.JobSerializer)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(s.JobSerializer(_job(id)).data)


class CancelView(_View):
    @extend_schema(request=None, responses={202: s.JobSerializer})
    def post(self, request: Request, id: UUID) -> Response:
        """What was downloaded stays for the next attempt."""
        return _accepted(actions.cancel(person(request), _job(id)))


class ModelView(_View):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: str) -> Response:
        """Deletes the model's files; one that is in use stays."""
        actions.remove(person(request), id)
        return Response(status=204)


class PullView(_View):
    @extend_schema(request=None, responses={202: s.JobSerializer})
    def post(self, request: Request, id: str) -> Response:
        """Downloads and verifies the model."""
        return _accepted(actions.pull(person(request), id))


class VerifyView(_View):
    @extend_schema(request=None, responses={202: s.JobSerializer})
    def post(self, request: Request, id: str) -> Response:
        """Reads every byte of the model again."""
        return _accepted(actions.verify(person(request), id))


class UseView(_View):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, id: str) -> Response:
        """Records the choice; the workers load it when they start the next time."""
        actions.use(person(request), id)
        return Response(status=204)


def _job(id: UUID) -> Job:
    job = Job.objects.filter(pk=id).first()
    if job is None:
        raise not_found()
    return job


def _accepted(job: Job) -> Response:
    return Response(s.JobSerializer(job).data, status=202)
